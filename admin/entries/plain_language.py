"""What is hard to read in an answer, with a plainer way: hints beside the editor, never faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.dictionary import HardWord, JargonWord, hard_words
from knowledge.plain_japanese import sentences

LONG = 50
"""Characters from which a sentence is read twice (公用文作成の考え方, 2022, advises 50 to 60)."""
MOST_SENTENCES = 3
_QUOTED = 24
_DOUBLE_NEGATIVE = re.compile(
    r"ない(?:わけ|こと|の)(?:では|は|も)(?:ありません|ない)|ない(?:とは|とも)(?:言えません|限りません|限らない|言えない)"
    r"|なければ(?:なら|なり|いけ)(?:ない|ません)|(?:なく|なくて)は(?:なら|なり|いけ)(?:ない|ません)"
    r"|ざるを得|ないと(?:でき|なり|いけ)(?:ない|ません)"
)


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that could be plainer. `quote` is the place in the text, `message` a Japanese sentence."""

    quote: str
    message: str


def hints(text: str, *, most_sentences: int = MOST_SENTENCES) -> list[Hint]:
    """What could be plainer in a text; nothing for a text that reads well."""
    parts = sentences(text)
    found = list(_too_many(parts, most_sentences))
    for sentence in parts:
        found += [*_long(sentence), *_negatives(sentence), *_hard(sentence)]
    return [*found, *_unexplained(text)]


def _too_many(parts: Sequence[str], most: int) -> Iterator[Hint]:
    if len(parts) > most:
        message = f"{len(parts)} 文あります。はじめは {most} 文までにして、残りは手順に分けると読みやすくなります。"
        yield Hint(_clip(parts[most]), message)


def _long(sentence: str) -> Iterator[Hint]:
    if len(sentence) > LONG:
        yield Hint(
            _clip(sentence), f"一文が {len(sentence)} 文字あります。{LONG} 文字までの二つの文に分けられませんか。"
        )


def _negatives(sentence: str) -> Iterator[Hint]:
    if match := _DOUBLE_NEGATIVE.search(sentence):
        yield Hint(match.group(), "打ち消しが重なっています。「〜してください」「〜できます」と言えませんか。")


def _hard(sentence: str) -> Iterator[Hint]:
    for word in _words()[0]:
        if word.hard in _without(sentence, word.not_in):
            yield Hint(word.hard, f"「{word.plain}」と書くと、もっと分かりやすくなります。")


def _unexplained(text: str) -> Iterator[Hint]:
    """Words that need an explanation and have none where they stand first; one inside another counts once."""
    rest = text
    for jargon in _words()[1]:
        if jargon.word in rest and not _is_explained(jargon.word, text):
            yield Hint(
                jargon.word, f"知らない人が多い言葉です。「{jargon.word}（{jargon.explanation}）」と添えられませんか。"
            )
        rest = rest.replace(jargon.word, " ")


def _is_explained(word: str, text: str) -> bool:
    """Followed or surrounded by brackets, or said to be something."""
    return any(mark in text for mark in (f"{word}（", f"（{word}", f"{word}とは", f"{word}は、", f"という{word}"))


def _without(sentence: str, names: Sequence[str]) -> str:
    for name in names:
        sentence = sentence.replace(name, " ")
    return sentence


def _clip(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


@cache
def _words() -> tuple[tuple[HardWord, ...], tuple[JargonWord, ...]]:
    return hard_words()
