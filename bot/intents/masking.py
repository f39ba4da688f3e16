"""Masking of personal data, before anything else sees a citizen's text.

Works on a copy of the text in which every character is folded one to one (full-width, kanji and other digits to
ASCII), so that a span found there is the same span in the original. `\\b` is of no use beside kanji; borders are
written as look-arounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class PersonalKind(StrEnum):
    """What was masked; the value is what stands in its place."""

    MY_NUMBER = "【個人番号】"
    TWELVE_DIGITS = "【12桁の番号】"
    NUMBER = "【番号】"
    CARD = "【カード番号】"
    PHONE = "【電話番号】"
    POSTCODE = "【郵便番号】"
    EMAIL = "【メールアドレス】"
    ADDRESS = "【番地】"
    BIRTHDAY = "【生年月日】"
    NAME = "【名前】"
    SECRET = "【暗証番号】"  # noqa: S105 - a label
    RESIDENCE_CARD = "【在留カード等の番号】"
    LINK = "【リンクの一部】"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, and the kinds that were taken out, in order of appearance."""

    text: str
    kinds: tuple[PersonalKind, ...] = ()

    @property
    def has_my_number(self) -> bool:
        """Whether something was typed that is, or is meant as, a My Number: the reply says kindly not to."""
        return PersonalKind.MY_NUMBER in self.kinds or PersonalKind.TWELVE_DIGITS in self.kinds


Span = tuple[int, int, PersonalKind]

_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20f0\u2800\u3164\ufe00-\ufe0f\ufeff"
)
"""Characters without width or ink, and what is drawn around a character (the keycap of an emoji digit)."""
_DASHES = "\\-‐-―−⁃⁻₋﹘﹣⸺⸻─━゠〰➖ーｰ"
# Whatever people put between the digits of one number, line breaks included.
_BETWEEN = rf"[\s{_DASHES}・･.,/_の{_UNSEEN}]{{0,4}}"
# Between three groups of four, or twelve single digits, any signs at all: dates and times don't come in such groups.
_SIGNS = r"(?:[^0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff々]{1,8}|\s?と\s?|の)"
_FOUR_BY_FOUR = re.compile(rf"(?<![0-9])(?:[0-9]{{4}}{_SIGNS}){{2,3}}[0-9]{{4}}(?![0-9])")
_TELEPHONE = re.compile(rf"(?<![0-9])0[0-9]{{1,4}}{_SIGNS}[0-9]{{1,4}}{_SIGNS}[0-9]{{4}}(?![0-9])")
_ONE_BY_ONE = re.compile(rf"(?<![0-9])(?:[0-9]{_SIGNS}){{11}}[0-9](?![0-9])")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}\D*){3,4}")
_DIGIT_RUN = re.compile(rf"[0-9](?:{_BETWEEN}[0-9])*")
_DATE = re.compile(r"(?:19|20)[0-9]{2}\s?[-/.年]\s?(?:1[0-2]|0?[1-9])\s?[-/.月]\s?(?:3[01]|[12][0-9]|0?[1-9])日?")
_COMPACT_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_AMOUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_UNIT = re.compile(r"\s?(?:円|件|人|世帯|万|億|枚|手続|%)")
_LOOKALIKES = re.compile(r"(?<=[0-9])(?:[OoОоlI○◯](?=[0-9]))|(?<=[0-9])[○◯]|[○◯](?=[0-9])")
"""Letters and circles typed for 0 and 1 inside of a number."""
_SHORT_HYPHENATED = re.compile(r"[0-9]{3}\s?[-‐-―−ーｰ]\s?[0-9]{4}")
_PUBLIC_PREFIXES = ("0120", "0570", "0800", "0077")
"""Free and shared-cost numbers: the lines of authorities and firms, never a citizen's own."""
_SENSITIVE_WORDS = re.compile(r"番号|口座|保険|免許|記号|会員|通帳|証券|No|NO|no|ID")

_PATTERNS: tuple[tuple[re.Pattern[str], PersonalKind], ...] = (
    (
        re.compile(
            r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,200}\s?@\s?[A-Za-z0-9\-]{1,60}(?:\.[A-Za-z0-9\-]{1,60}){1,8}"
        ),
        PersonalKind.EMAIL,
    ),
    # From the start of the run: to try it after each 「?」 anew would take quadratic time.
    (re.compile(r"(?<!\S)[^\s?]*\?(?P<v>\S{8,}(?<=[A-Za-z0-9=&%_\-]))"), PersonalKind.LINK),
    (re.compile(r"(?<![A-Za-z])[A-Za-z]{2}[0-9]{8}[A-Za-z]{2}(?![A-Za-z0-9])"), PersonalKind.RESIDENCE_CARD),
    (re.compile(r"(?<![A-Za-z])[A-Za-z]{2}[0-9]{7}(?![A-Za-z0-9])"), PersonalKind.RESIDENCE_CARD),
    (
        re.compile(
            r"(?:暗証番号|パスワード|ぱすわーど|PIN|pin)(?:は|が|:|=|\s){1,3}(?P<v>(?=[A-Za-z]*[0-9])[A-Za-z0-9]{4,16})"
        ),
        PersonalKind.SECRET,
    ),
    (
        re.compile(
            r"(?:生年月日|誕生日|生まれ)(?:は|が|:|\s)*"
            r"(?P<v>(?:明治|大正|昭和|平成|令和|[MTSHR])?\s?(?:元|[0-9]{1,4})\s?[年./\-]\s?[0-9]{1,2}\s?[月./\-]\s?[0-9]{1,2}日?)"
        ),
        PersonalKind.BIRTHDAY,
    ),
    (
        re.compile(
            r"(?:明治|大正|昭和|平成|令和|[MTSHR])?\s?(?:元|[0-9]{1,4})\s?年\s?[0-9]{1,2}\s?月\s?[0-9]{1,2}\s?日(?=\s?(?:に)?(?:生まれ|生れ|うまれ|生(?![0-9ぁ-ん一-龥])))"
        ),
        PersonalKind.BIRTHDAY,
    ),
    (
        re.compile(
            r"(?:名前|氏名|なまえ)(?:は|:)\s?(?P<v>(?!何|なん|誰|だれ|どう|どこ|必要|要)[一-龥々ぁ-んァ-ヶーA-Za-z]{2,10}(?:\s[一-龥々ぁ-んァ-ヶーA-Za-z]{1,8})??)(?=です|と|、|。|\s|$)"
        ),
        PersonalKind.NAME,
    ),
    (
        re.compile(r"(?<![一-龥々])(?P<v>[一-龥々]{1,4}\s?[一-龥々]{1,4})(?=と申します|と申し|といいます|と言います)"),
        PersonalKind.NAME,
    ),
    (
        re.compile(
            r"[0-9]{1,4}\s?丁目(?:\s?[0-9]{1,4}\s?(?:番地?|[-‐-―−ーの])?(?:\s?[0-9]{1,4}\s?(?:号|番|[-‐-―−ーの])?){0,3})?"
            r"|[0-9]{1,5}\s?番地?(?:\s?の?\s?[0-9]{1,4}\s?号?){1,2}|[0-9]{1,5}\s?番地"
        ),
        PersonalKind.ADDRESS,
    ),
    (
        re.compile(
            r"(?<=[一-龥ヶケ々])[0-9]{1,4}[-‐-―−ーの][0-9]{1,4}[-‐-―−ーの][0-9]{1,4}(?:[-‐-―−ー][0-9]{1,4})?(?![0-9])"
        ),
        PersonalKind.ADDRESS,
    ),
)


def mask(text: str) -> Masked:
    """The text with personal data replaced by labels, and what was replaced.

    Masking a masked text changes nothing. Cost is linear in the length of the text.
    """
    folded = _LOOKALIKES.sub(_digit_meant, "".join(map(_fold, text)))
    spans = _without_overlaps([*_grouped(folded), *_numbers(folded), *_others(folded, text)])
    if not spans:
        return Masked(text)
    parts: list[str] = []
    position = 0
    for start, end, kind in spans:
        parts += [text[position:start], kind.value]
        position = end
    return Masked("".join([*parts, text[position:]]), tuple(kind for _, _, kind in spans))


def is_my_number(digits: str) -> bool:
    """Whether twelve ASCII digits pass the check digit of a My Number.

    Ministerial ordinance (総務省令第85号 第5条): weights 6 5 4 3 2 7 6 5 4 3 2, r = sum mod 11, check digit 0 for
    r ≤ 1, else 11 − r.
    """
    total = sum(int(d) * w for d, w in zip(digits[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    remainder = total % 11
    return int(digits[11]) == (0 if remainder <= 1 else 11 - remainder)


_KANJI_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
# The digits of deeds and banknotes, and those of old price tags.
_KANJI_DIGITS |= dict(zip("壱壹弐貳参參肆伍陸漆捌玖", "112233456789", strict=True))
_KANJI_DIGITS |= dict(zip("〡〢〣〤〥〦〧〨〩", "123456789", strict=True))


def _digit_meant(match: re.Match[str]) -> str:
    return "1" if match[0] in "lI" else "0"


def _fold(character: str) -> str:
    """One character to one character: digits of any script to ASCII, full-width letters to half-width."""
    if character.isascii():
        return character
    if character in _KANJI_DIGITS:
        return _KANJI_DIGITS[character]
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _others(folded: str, text: str) -> Iterator[Span]:
    # 三浦一郎 is a name and no number.
    named = "".join(t if t in _KANJI_DIGITS else f for t, f in zip(text, folded, strict=True))
    for pattern, kind in _PATTERNS:
        for match in pattern.finditer(named if kind is PersonalKind.NAME else folded):
            start, end = match.span("v") if "v" in pattern.groupindex else match.span()
            if end > start:
                yield start, end, kind


def _grouped(folded: str) -> Iterator[Span]:
    """Digits in groups of four, one by one, or as a telephone number, whatever signs stand between."""
    for pattern in (_FOUR_BY_FOUR, _ONE_BY_ONE, _TELEPHONE):
        for match in pattern.finditer(folded):
            run, after = match.group(), folded[match.end() : match.end() + 4]
            digits = _digits(run)
            if _YEARS.fullmatch(run) or _UNIT.match(after) or _is_harmless(run, digits, after):
                continue
            if kind := _kind_of(digits, run, "", ""):
                yield *match.span(), kind


def _numbers(folded: str) -> Iterator[Span]:
    for match in _DIGIT_RUN.finditer(folded):
        if len(match.group()) < 7:
            continue
        yield from _classify_run(folded, match.start(), match.end())


def _classify_run(folded: str, start: int, end: int) -> Iterator[Span]:
    """A run of digits is one number, or several with spaces between when each part is known by itself."""
    run = folded[start:end]
    parts = [(start + m.start(), start + m.end()) for m in re.finditer(r"\S+", run)]
    if len(parts) > 1 and all(_stands_alone(folded[a:b]) for a, b in parts):
        for a, b in parts:
            yield from _classify_number(folded, a, b)
    else:
        yield from _classify_number(folded, start, end)


def _stands_alone(part: str) -> bool:
    digits = _digits(part)
    known = (len(digits) in (10, 11) and digits[0] == "0") or (len(part) == len(digits) == 12)
    return bool(_DATE.fullmatch(part) or _AMOUNT.fullmatch(part) or known)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _classify_number(folded: str, start: int, end: int) -> Iterator[Span]:
    run = folded[start:end]
    digits = _digits(run)
    if _is_harmless(run, digits, folded[end : end + 4]):
        return
    kind = _kind_of(digits, run, folded[max(0, start - 12) : start], folded[end : end + 2])
    if kind is not None:
        yield start, end, kind


def _is_harmless(run: str, digits: str, after: str) -> bool:
    if _DATE.fullmatch(run) or _COMPACT_DATE.fullmatch(run):
        return True
    if _AMOUNT.fullmatch(run):
        return len(digits) != 12 or _UNIT.match(after) is not None
    return len(digits) == 10 and digits.startswith(_PUBLIC_PREFIXES)


_LENGTHS: tuple[tuple[Callable[[int], bool], PersonalKind], ...] = (
    (lambda n: n >= 14, PersonalKind.CARD),
    (lambda n: n in (10, 11, 13), PersonalKind.NUMBER),
)


def _kind_of(digits: str, run: str, before: str, after: str) -> PersonalKind | None:
    length = len(digits)
    if length == 12:
        return PersonalKind.MY_NUMBER if is_my_number(digits) else PersonalKind.TWELVE_DIGITS
    if length in (10, 11) and digits[0] == "0" and digits[1] != "0":
        return PersonalKind.PHONE
    for fits, kind in _LENGTHS:
        if fits(length):
            return kind
    return _kind_of_short(length, run, before, after)


def _kind_of_short(length: int, run: str, before: str, after: str) -> PersonalKind | None:
    """Seven to nine digits: a postcode, an account, an insurance number — or a price or a year."""
    if after[:1] in ("円", "年", "件", "人", "%", "手"):
        return None
    if length == 7 and (before.endswith("〒") or _SHORT_HYPHENATED.fullmatch(run)):
        return PersonalKind.POSTCODE
    return PersonalKind.NUMBER if length >= 7 and _SENSITIVE_WORDS.search(before) else None


def _without_overlaps(spans: list[Span]) -> list[Span]:
    """Of overlapping spans the longer one stays: a card number contains a valid twelve-digit run."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or kept[-1][1] <= span[0]:
            kept.append(span)
        elif span[1] - span[0] > kept[-1][1] - kept[-1][0]:
            kept[-1] = span
    return kept
