"""YAML files that ship with the program: read as they are, their models check them. Packs, which people write, are
read with the line of every fault (`knowledge.reading`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C, where PyYAML was built with it, reads ten times as fast; every start waits for it."""


def read_own(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    """The values of a file. Raises yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe loader, whichever it is
