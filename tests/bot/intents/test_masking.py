"""Personal data never gets past the mask; what is public stays readable."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.masking import PersonalKind, is_my_number, mask

_DIGITS = "123456789018"  # passes the check digit

NUMBERS = [
    "123456789018",
    "１２３４５６７８９０１８",
    "1234 5678 9018",
    "1234　5678　9018",
    "1234-5678-9018",
    "1234－5678－9018",
    "1234ー5678ー9018",
    "1234ｰ5678ｰ9018",
    "1234‐5678‐9018",
    "1234−5678−9018",
    "1234–5678—9018",
    "1234・5678・9018",
    "1234.5678.9018",
    "1234,5678,9018",
    "1234/5678/9018",
    "1234_5678_9018",
    "1234\n5678\n9018",
    "1234\r\n5678\r\n9018",
    "1234の5678の9018",
    "12 34 56 78 90 18",
    "1 2 3 4 5 6 7 8 9 0 1 8",
    "12345678 9018",
    "1234 56789018",
    "一二三四五六七八九〇一八",
    "一二三四 五六七八 九〇一八",
    "１２３４ー五六七八ー9018",
    "①②③④⑤⑥⑦⑧⑨⓪①⑧",
    "1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8\u200b9\u200b0\u200b1\u200b8",
    "1234\u20605678\ufeff9018",
    "1234\u00a05678\u00a09018",
    "1234  5678  9018",
    "1234 - 5678 - 9018",
    "1234\t5678\t9018",
    "私の番号は123456789018です",
    "マイナンバー:123456789018",
    "番号１２３４５６７８９０１８番",
    "(1234)5678-9018".replace("(", "").replace(")", " "),
    "٠١٢٣٤٥٦٧٨٩٠١",
    "𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎𝟏𝟖",
    "1234-5678-9018、よろしく",
    "1234⁃5678⁃9018",
    "1234﹣5678﹣9018",
    "1234─5678─9018",
    "1234━5678━9018",
    "1234⸺5678⸺9018",
    "1234゠5678゠9018",
    "1234〰5678〰9018",
    "1234⁻5678⁻9018",
    "1234➖5678➖9018",
    "1234〜5678〜9018",
    "1234～5678～9018",
    "1234~5678~9018",
    "1234：5678：9018",
    "1234;5678;9018",
    "1234|5678|9018",
    "1234、5678、9018",
    "1234。5678。9018",
    "1234=5678=9018",
    "1234+5678+9018",
    "1234→5678→9018",
    "1234…5678…9018",
    "1234#5678#9018",
    "1234と5678と9018です",
    "(1234)(5678)(9018)",
    "（1234）（5678）（9018）",
    "「1234」「5678」「9018」",
    "［１２３４］［５６７８］［９０１８］",
    "1234      5678      9018",
    "1234\n\n\n5678\n\n\n9018",
    "123456\n789018",
    "1、2、3、4、5、6、7、8、9、0、1、8",
    "1:2:3:4:5:6:7:8:9:0:1:8",
    "123,456,789,018",
    "壱弐参四五六七八九零壱八",
    "壹貳參肆伍陸漆捌玖〇壹捌",
    "一二三四五六七八九○一八",
    "〡〢〣〤〥〦〧〨〩〇〡〨",
    "1234-5678-9O18",
    "1234-5678-90l8",
    "➊➋➌➍➎➏➐➑➒⓿➊➑",
    "⑴⑵⑶⑷⑸⑹⑺⑻⑼0⑴⑻",
    "⒈⒉⒊⒋⒌⒍⒎⒏⒐0⒈⒏",
    "¹²³⁴⁵⁶⁷⁸⁹⁰¹⁸",
    "1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣0️⃣1️⃣8️⃣",
    "1\u200d2\u200d3\u200d4\u200d5\u200d6\u200d7\u200d8\u200d9\u200d0\u200d1\u200d8",
    "1234\u180e5678\u180e9018",
    "1234\u2063 5678\u2063 9018",
    "\u202a1234\u202c\u202a5678\u202c\u202a9018\u202c",
    "\u20661234\u2069\u20665678\u2069\u20669018\u2069",
    "1234\u31645678\u31649018",
    "1234\u28005678\u28009018",
    "1234\u00ad5678\u034f9018",
    "１２３４５６七八九〇1８",
]
STAYS = [
    "0120-95-0178",
    "フリーダイヤル0120950178に電話した",
    "0570-783-578",
    "1,000円",
    "再交付は1,000円、特急は2,000円",
    "100,000,000,000円",
    "2,523手続",
    "31手続のうち26手続",
    "2024年12月2日",
    "2024-12-02",
    "2024/12/2",
    "20250324",
    "2024-12-02 2025-12-01",
    "令和4年6月",
    "9:30～20:00",
    "24時間365日",
    "暗証番号は4桁ですか",
    "6文字から16文字",
    "10年たったら",
    "三十一の手続",
    "一人一人に",
    "平成27年10月5日",
    "15歳未満と75歳以上",
    "名前は何ですか",
    "住所が変わった",
    "番地を忘れた",
    "電話番号が変わりました",
    "メールアドレスは要りますか",
    "10-20-30",
    "119番、110番、188番",
    "2023、2024、2025年",
    "2024～2025～2026",
    "1000、2000、3000円",
    "月〜金 9:30～12:00、13:00～17:00",
    "10:30、11:30、12:30、13:30",
    "1、2、3、4、5、6、7、8、9、10、11、12月",
    "令和6年12月2日～令和7年12月1日",
    "2024/12/02～2025/01/05",
    "123,456,789,018円",
    "8:30-17:15（土日祝を除く）",
    "○○市の○○課に、○○さんはいますか",
    "第三条第二項",
    "二〇二四年十二月二日",
    "0120950178",
    "０１２０－９５－０１７８",
    "0120 95 0178",
    "電話：0120-95-0178（24時間）",
    "三浦一郎通り",
    "参加費は五百円",
    "0120～95～0178",
    "0120（95）0178",
    "09:30～12:00、1234人",
]
OTHERS = [
    ("090-1234-5678", PersonalKind.PHONE),
    ("０９０１２３４５６７８", PersonalKind.PHONE),
    ("042-325-0111に電話した", PersonalKind.PHONE),
    ("taro.yamada@example.com", PersonalKind.EMAIL),
    ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", PersonalKind.EMAIL),
    ("〒185-8501", PersonalKind.POSTCODE),
    ("東町三丁目2番1号", PersonalKind.ADDRESS),
    ("本町2-3-4に住んでいます", PersonalKind.ADDRESS),
    ("戸倉1丁目6番地1", PersonalKind.ADDRESS),
    ("昭和30年1月2日生まれです", PersonalKind.BIRTHDAY),
    ("生年月日は1955/1/2", PersonalKind.BIRTHDAY),
    ("名前は山田太郎です", PersonalKind.NAME),
    ("山田太郎と申します", PersonalKind.NAME),
    ("名前は三浦一郎です", PersonalKind.NAME),
    ("氏名：五十嵐　二郎です", PersonalKind.NAME),
    ("参木伍郎と申します", PersonalKind.NAME),
    ("電話は〇九〇の一二三四の五六七八", PersonalKind.PHONE),
    ("090～1234～5678", PersonalKind.PHONE),
    ("042(325)0111", PersonalKind.PHONE),
    ("4111：1111：1111：1111", PersonalKind.CARD),
    ("暗証番号は1234です", PersonalKind.SECRET),
    ("パスワードはABC123XYZ", PersonalKind.SECRET),
    ("4111 1111 1111 1111", PersonalKind.CARD),
    ("AB12345678CD", PersonalKind.RESIDENCE_CARD),
    ("TK1234567", PersonalKind.RESIDENCE_CARD),
    ("口座番号は1234567", PersonalKind.NUMBER),
    ("年金番号1234-567890", PersonalKind.NUMBER),
    ("1234567890123", PersonalKind.NUMBER),
]


@pytest.mark.parametrize("text", NUMBERS)
def test_twelve_digits_in_any_spelling_are_masked(text: str) -> None:
    masked = mask(text)
    assert masked.has_my_number
    assert sum(c.isdigit() for c in masked.text.replace("12桁", "")) == 0


@pytest.mark.parametrize("text", STAYS)
def test_what_is_public_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(("text", "kind"), OTHERS)
def test_other_personal_data(text: str, kind: PersonalKind) -> None:
    masked = mask(text)
    assert kind in masked.kinds
    assert kind.value in masked.text


def test_the_check_digit_decides_the_label() -> None:
    assert mask("123456789018").kinds == (PersonalKind.MY_NUMBER,)
    assert mask("123456789012").kinds == (PersonalKind.TWELVE_DIGITS,)


def test_the_check_digit_passes_one_number_in_ten() -> None:
    chance = random.Random(1)
    passed = sum(is_my_number("".join(chance.choices("0123456789", k=12))) for _ in range(20_000))
    assert 0.09 < passed / 20_000 < 0.11


def test_only_the_number_goes() -> None:
    assert mask("カードの番号 1234-5678-9018 をなくした").text == "カードの番号 【個人番号】 をなくした"


_SEPARATORS = st.sampled_from(["", " ", "　", "-", "ー", "－", "・", "\n", "\u200b", ".", " - "])
_WIDTHS: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [str, lambda d: chr(ord(d) + 0xFEE0), lambda d: "〇一二三四五六七八九"[int(d)]]
)


@given(digits=st.text("0123456789", min_size=12, max_size=12), data=st.data())
def test_no_spelling_of_a_number_survives(digits: str, data: st.DataObject) -> None:
    spelled = "".join(data.draw(_WIDTHS)(digit) + data.draw(_SEPARATORS) for digit in digits)
    masked = mask(f"番号は{spelled}です")
    assert masked.kinds
    assert not any(character.isdigit() for character in masked.text.replace("12桁", ""))


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once
