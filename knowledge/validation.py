"""Rules that every published entry keeps, checked over whole packs at once.

Each rule is a function from the checked packs to its problems; `RULES` is the list of them all.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rapidfuzz import fuzz, process

from knowledge import plain_japanese
from knowledge.catalogue import Catalogue, most_asked
from knowledge.listings import ReadListings, check_listings
from knowledge.packs import ReadEntry, ReadPacks
from knowledge.reading import Problem
from knowledge.schema import COMMON, Entry, Language, Pack, Variant
from knowledge.sources import SourceRegister

MIN_PHRASINGS = 8
MIN_CITY_PHRASINGS = 6
FIRST_MESSAGE = 300
"""Characters of answer and steps together: what fits one look at a phone."""
FIRST_MESSAGE_FOREIGN = 900
SENTENCES = 3
FOREIGN: tuple[Language, ...] = ("zh", "ko", "vi", "pt", "tl", "ne")
"""Languages of what is asked most; English is written for everything that citizens ask."""
ALIKE = 92.0
"""rapidfuzz ratio (0–100) from which two phrasings are as good as the same."""
LONG_ENOUGH = 6
"""Shorter phrasings differ by a letter and mean something else."""
ALLOWED_HOSTS = frozenset(
    {
        "www.kojinbango-card.go.jp",
        "myna.go.jp",
        "faq.myna.go.jp",
        "www.digital.go.jp",
        "www.jpki.go.jp",
        "www.digi-katsu.go.jp",
        "www.city.fuchu.tokyo.jp",
        "www.city.kadoma.osaka.jp",
        "www.city.musashino.lg.jp",
        "www.city.oyama.tochigi.jp",
        "www.city.kokubunji.tokyo.jp",
    }
)
"""Hosts that an answer may link to: the national programme's own pages and the five cities'."""

_NUMBER = re.compile(r"[0-9]+(?:[,.][0-9]+)*(?:-[0-9]+)*")
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_ERA = re.compile(rf"({'|'.join(_ERAS)})(元|[0-9]{{1,2}})")
_COUNTED = frozenset("123456789")
"""Single digits count steps and things ("4桁", "2つ"); they are not figures that need a source."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules look at."""

    packs: Mapping[str, Pack]
    entries: tuple[ReadEntry, ...]
    catalogue: Catalogue
    register: SourceRegister
    listings: ReadListings


Rule = Callable[[Checked], Iterator[Problem]]


def validate(
    read: ReadPacks, catalogue: Catalogue, register: SourceRegister, rules: Sequence[Rule] | None = None
) -> list[Problem]:
    """All problems of these packs, reading faults included, ordered by file and line. `rules` are `RULES` at least."""
    checked = Checked(read.packs, read.entries, catalogue, register, read.listings)
    problems = list(read.problems)
    for rule in rules or RULES:
        problems.extend(rule(checked))
    return sorted(problems)


def normalise(text: str) -> str:
    """The form in which two phrasings count as the same: NFKC, lower case, no spaces or punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "ZPC")


def known_topics(checked: Checked) -> Iterator[Problem]:
    """Every entry names a topic of the catalogue that belongs into its pack."""
    for read in checked.entries:
        topic = checked.catalogue.topics.get(read.entry.topic)
        if topic is None:
            yield read.problem("topics.yaml に無い topic です", "topic")
        elif read.pack not in topic.packs:
            yield read.problem(f"この topic は {read.pack} のものではありません（topics.yaml）", "topic")


def complete(checked: Checked) -> Iterator[Problem]:
    """Every topic × pack of the catalogue has an entry."""
    present = {(read.pack, read.entry.topic) for read in checked.entries}
    for topic in checked.catalogue.topics.values():
        for pack in topic.packs:
            if pack in checked.packs and (pack, topic.id) not in present:
                yield Problem(f"{pack}/{topic.id}.yaml", 0, f"{pack}/{topic.id}", "項目がありません")


def enough_phrasings(checked: Checked) -> Iterator[Problem]:
    """At least eight ways to ask (city entries six): the biggest lever of recognition."""
    for read in checked.entries:
        least = MIN_PHRASINGS if read.pack == COMMON else MIN_CITY_PHRASINGS
        if len(read.entry.phrasings) < least:
            yield read.problem(f"言い方が {len(read.entry.phrasings)} 個しかありません（{least} 個から）", "phrasings")


def short_answers(checked: Checked) -> Iterator[Problem]:
    """At most three sentences, and answer with steps at most 300 characters."""
    for read in checked.entries:
        entry = read.entry
        if (length := len(entry.answer) + sum(map(len, entry.steps))) > FIRST_MESSAGE:
            yield read.problem(f"答えと手順で {length} 文字あります（{FIRST_MESSAGE} 文字まで）", "answer")
        if (count := len(plain_japanese.sentences(entry.answer))) > SENTENCES:
            yield read.problem(f"答えが {count} 文あります（{SENTENCES} 文まで）", "answer")
        for language, variant in entry.variants.items():
            length = len(variant.answer) + sum(map(len, variant.steps))
            if length > FIRST_MESSAGE_FOREIGN:
                yield read.problem(
                    f"{language} が {length} 文字あります（{FIRST_MESSAGE_FOREIGN} まで）", "variants", language
                )


def known_sources(checked: Checked) -> Iterator[Problem]:
    """Each entry cites facts that exist, are not of low confidence, and can be shown by name."""
    for read in checked.entries:
        if not read.entry.sources:
            yield read.problem("出典（sources）がありません")
        for number, source in enumerate(read.entry.sources):
            fact = checked.register.facts.get(source)
            if fact is None:
                yield read.problem(f"出典 {source} は台帳にありません", "sources", number)
            elif not fact.summary:
                yield read.problem(f"出典 {source} の要約が台帳に書かれていません", "sources", number)
            elif getattr(fact, "confidence", "high") == "low":
                yield read.problem(
                    f"出典 {source} は確かさが低いので、言い切れません", "sources", number, level="warning"
                )


def sourced_numbers(checked: Checked) -> Iterator[Problem]:
    """Every number in an answer stands in a fact that the entry cites."""
    for read in checked.entries:
        sourced = checked.register.figures(read.entry.sources)
        figures = _numbers(sourced) | _western_years(f"{sourced}\n{read.entry.answer}\n{''.join(read.entry.steps)}")
        for place, text in _said(read.entry):
            for number in sorted(_numbers(text) - figures - _COUNTED):
                yield read.problem(f"数字「{number}」が出典にありません", *place)


def _said(entry: Entry) -> Iterator[tuple[tuple[str, ...], str]]:
    """Everything that people read, and where it stands: the answer and its variants, each with steps."""
    yield ("answer",), "\n".join((entry.answer, *entry.steps))
    for language, variant in entry.variants.items():
        yield ("variants", language), "\n".join((variant.answer, *variant.steps))


def _western_years(text: str) -> set[str]:
    """令和4年 as 2022: variants count years as everybody else does."""
    found = _ERA.findall(unicodedata.normalize("NFKC", text))
    return {str(_ERAS[era] + (1 if year == "元" else int(year))) for era, year in found}


def _numbers(text: str) -> set[str]:
    """Figures in the text, without thousands separators; a hyphenated one also counts by its parts."""
    found: set[str] = set()
    for match in _NUMBER.findall(unicodedata.normalize("NFKC", text)):
        plain = match.replace(",", "")
        found |= {plain, *plain.split("-")}
    return {number.lstrip("0") or "0" for number in found}


def allowed_links(checked: Checked) -> Iterator[Problem]:
    """Links go to official hosts only; related questions exist for the people of that pack."""
    topics = {(read.pack, read.entry.topic) for read in checked.entries}
    for read in checked.entries:
        for number, action in enumerate(read.entry.actions):
            if action.kind == "link" and urlsplit(action.value).hostname not in ALLOWED_HOSTS:
                yield read.problem(f"リンク先 {action.value} は許された公式の住所ではありません", "actions", number)
            if action.kind == "ask" and not topics & {(read.pack, action.value), (COMMON, action.value)}:
                yield read.problem(f"関連する質問 {action.value} がありません", "actions", number)


def one_owner_of_a_phrasing(checked: Checked) -> Iterator[Problem]:
    """No phrasing stands in two topics that one city can see: nobody could tell which is meant."""
    owners: dict[str, list[ReadEntry]] = defaultdict(list)
    for read in checked.entries:
        for text in {normalise(t) for t in (read.entry.question, *read.entry.phrasings)}:
            owners[text].append(read)
    for text, reads in owners.items():
        for index, read in enumerate(reads):
            for other in reads[:index]:
                if read.entry.topic != other.entry.topic and _seen_together(read.pack, other.pack):
                    yield read.problem(f"言い方「{_original(read, text)}」は {other.id} にもあります", "phrasings")


def _seen_together(first: str, second: str) -> bool:
    return first == second or COMMON in (first, second)


def _original(read: ReadEntry, text: str) -> str:
    return next(t for t in (read.entry.question, *read.entry.phrasings) if normalise(t) == text)


def fresh_variants(checked: Checked) -> Iterator[Problem]:
    """A variant was made from today's Japanese text."""
    for read in checked.entries:
        for language in read.entry.stale_variants():
            yield read.problem(f"{language} が古い日本語から作られています（made_from）", "variants", language)


def needed_variants(checked: Checked) -> Iterator[Problem]:
    """やさしい日本語 for what citizens ask (priority 1 and 2), English for the common pack."""
    for read in checked.entries:
        topic = checked.catalogue.topics.get(read.entry.topic)
        if topic is None or topic.priority > 2:
            continue
        if "citizen" in topic.audience and "easy" not in read.entry.variants:
            yield read.problem("やさしい日本語（easy）がありません")
        if read.pack == COMMON and "en" not in read.entry.variants:
            yield read.problem("英語（en）がありません")
        if read.pack == COMMON and topic.id in most_asked():
            for language in (lang for lang in FOREIGN if lang not in read.entry.variants):
                yield read.problem(f"{language} がありません（よく聞かれる項目）")


def easy_is_easy(checked: Checked) -> Iterator[Problem]:
    """The rules of やさしい日本語 that a program can see."""
    for read in checked.entries:
        variant = read.entry.variants.get("easy")
        if variant is None:
            continue
        for message in _easy_faults(variant):
            yield read.problem(f"やさしい日本語: {message}", "variants", "easy", level="warning")


def _easy_faults(variant: Variant) -> Iterator[str]:
    for text in (variant.answer, *variant.steps):
        yield from plain_japanese.easy_faults(text)


def sound_listings(checked: Checked) -> Iterator[Problem]:
    """Procedures and places: ids, sources, topics."""
    common = {read.entry.topic for read in checked.entries if read.pack == COMMON}
    topics = {p: common | {r.entry.topic for r in checked.entries if r.pack == p} for p in checked.packs}
    yield from check_listings(checked.listings, topics, checked.register)


def near_duplicates(checked: Checked) -> Iterator[Problem]:
    """Phrasings of two topics that differ in hardly anything: one of them will be answered wrongly."""
    seen: dict[str, list[ReadEntry]] = defaultdict(list)
    for read in checked.entries:
        for text in {normalise(t) for t in read.entry.phrasings}:
            seen[text].append(read)
    texts = [text for text in seen if len(text) >= LONG_ENOUGH]
    for text in texts:
        for other, score, _ in process.extract(text, texts, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=4):
            if other <= text or score >= 100:
                continue
            pairs = ((a, b) for a in seen[text] for b in seen[other])
            for first, second in pairs:
                if first.entry.topic != second.entry.topic and _seen_together(first.pack, second.pack):
                    yield first.problem(
                        f"言い方「{_original(first, text)}」は {second.id} の「{_original(second, other)}」と"
                        "ほとんど同じです",
                        "phrasings",
                        level="warning",
                    )


RULES: tuple[Rule, ...] = (
    known_topics,
    complete,
    enough_phrasings,
    short_answers,
    known_sources,
    sourced_numbers,
    allowed_links,
    one_owner_of_a_phrasing,
    fresh_variants,
    needed_variants,
    easy_is_easy,
    sound_listings,
)
ALL_RULES = (*RULES, near_duplicates)
"""With the one that compares every phrasing with every other: for people who write, not at each start."""
