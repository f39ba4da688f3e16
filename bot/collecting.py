"""Python's garbage collector, kept from what stays: the program's own modules, and the indexes it answers from.

A full collection looks at every object there is. While some hundred thousand are made that all stay, it looks at them
again and again: a quarter of the time a start took. And each of those that come later would hold up an answer.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def keeping() -> Iterator[None]:
    """Nothing is collected inside; what there is at the end, no collection looks at any more.

    Counting references goes on as always: what is no longer needed goes, only what stands in a circle does not.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
