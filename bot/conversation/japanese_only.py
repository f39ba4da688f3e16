"""Questions in another language about what is written in Japanese only: what there is, and whom to call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.conversation.city import CityKnowledge
from bot.intents.model import group_of
from bot.responses.compose import FOREIGN_LINE, Style, counter_buttons, human_choice, named, topic_choice
from bot.responses.foreign_phrases import FOREIGN
from bot.responses.phrases import phrase
from bot.responses.reply import Button, Reply, ReplyKind
from knowledge.catalogue import catalogue

MOST = 5
"""Japanese answers that are offered at once."""
_SPEAKS = frozenset({"en", "zh", "ko", "pt"})
"""Languages of the national line (fact A-024); in the others its English is named."""
_GROUPS: Mapping[str, re.Pattern[str]] = {
    group: re.compile(pattern, re.IGNORECASE)
    for group, pattern in {
        "security": r"scam|fraud|virus|fake|hack|privacy|诈骗|病毒|假|隐私|사기|바이러스|가짜|해킹|golpe"
        r"|fraude|v[ií]rus|fals[oa]"
        r"|lừa|virus|giả|lua dao|panloloko|scammer|peke|ठग|भाइरस|नक्कली",
        "payment": r"\btax|pay|fee\b|cost|how much|税|缴|付款|多少钱|费用|세금|납부|요금|수수료|얼마"
        r"|imposto|pagar|taxa|quanto custa"
        r"|thuế|lệ phí|thanh toán|trả tiền|thue|buwis|bayad|magkano|कर |शुल्क|तिर्|कति पर्छ",
        "smartphone-class": r"class|lesson|smartphone|learn|课|教室|手机|스마트폰|교실|수업|aula|curso"
        r"|celular|lớp|điện thoại|khóa học"
        r"|klase|cellphone|turuan|कक्षा|मोबाइल|फोन",
        "mynumber-card": r"my ?number|\bcard|\bpin\b|password|卡|个人编号|密码|카드|마이넘버|비밀번호"
        r"|cart[aã]o|senha|thẻ|mật khẩu|\bthe\b"
        r"|tarheta|कार्ड|पासवर्ड|माई नम्बर",
        "online-procedures": r"online|apply|application|mov(?:e|ing)|certificate|residence|insurance"
        r"|register|nursery|child|手续|办理|网上"
        r"|搬家|证明|登记|保险|孩子|절차|온라인|이사|증명|신청|보험|아이|procedimento|internet|mudan[cç]a"
        r"|certid|registro|seguro|creche"
        r"|thủ tục|trực tuyến|chuyển|giấy|đăng ký|bảo hiểm|con tôi|proseso|lipat|sertipiko|rehistro|anak"
        r"|अनलाइन|प्रक्रिया|सर्|दर्ता|बीमा",
        "information": r"news|disaster|earthquake|typhoon|hospital|clinic|alert|灾害|地震|台风|医院|재난"
        r"|지진|병원|desastre|terremoto|hospital"
        r"|thiên tai|động đất|bệnh viện|lindol|bagyo|ospital|विपद|भूकम्प|अस्पताल",
        "counters": r"counter|city hall|open|hours|窗口|市政府|几点|창구|시청|몇 시|balc[aã]o|prefeitura"
        r"|hor[aá]rio|quầy|tòa thị chính"
        r"|mấy giờ|munisipyo|bukas|oras|काउन्टर|नगरपालिका|कति बजे",
    }.items()
}
"""Words by which the group of a question is known, in any of the languages."""


def in_japanese(
    question: str, city: CityKnowledge, style: Style, about: str, found: Iterable[str] = ()
) -> Reply | None:
    """What there is in Japanese about a question in another language, said in that language; None where nothing of
    it is known, the language is Japanese, or one of the topics that were `found` is of its group."""
    group = _group_of(question) if style.language in FOREIGN else None
    topics = _asked_most(group, city) if group else []
    if group is None or not topics or group in map(group_of, found):
        return None
    what = phrase(f"about_{group.replace('-', '_')}", style.language)
    sentences = [phrase("in_japanese", style.language, what=what, counter=named(city.counter))]
    buttons = counter_buttons(city.pack, city.counter)
    if group == "mynumber-card":
        sentences.append(phrase("foreign_line", style.language, tel=FOREIGN_LINE))
        label = "My Number" if style.language in _SPEAKS else "My Number (English)"
        buttons = (Button(kind="tel", label=label, value=FOREIGN_LINE), *buttons)
    return Reply(
        kind=ReplyKind.FALLBACK,
        body="\n".join((*sentences, phrase("fallback_recorded", style.language))),
        buttons=buttons,
        choices=(
            *(topic_choice(city.entries[topic].entry, about, style.language) for topic in topics),
            human_choice(style.language),
        ),
        language=style.language,
        large=style.large,
    )


def _group_of(question: str) -> str | None:
    return next((group for group, pattern in _GROUPS.items() if pattern.search(question)), None)


def _asked_most(group: str, city: CityKnowledge) -> list[str]:
    """The topics of a group that citizens ask most, by the catalogue's priority."""
    known, rank = catalogue().topics, {topic: place for place, topic in enumerate(city.frequent)}
    found = [t for t, e in city.entries.items() if e.entry.group == group and "citizen" in e.entry.audience]
    return sorted(found, key=lambda t: (rank.get(t, len(rank)), known[t].priority if t in known else 9, t))[:MOST]
