"""Licences under which a municipality may publish its open data: the name people read, and the licence's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LicenceId = Literal["CC-BY-4.0", "CC0-1.0", "PDL-1.0"]


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence."""

    name: str
    address: str


_LICENCES: Mapping[LicenceId, Licence] = {
    "CC-BY-4.0": Licence(
        "クリエイティブ・コモンズ 表示 4.0 国際（CC BY 4.0）", "https://creativecommons.org/licenses/by/4.0/deed.ja"
    ),
    "CC0-1.0": Licence(
        "クリエイティブ・コモンズ CC0 1.0 全世界", "https://creativecommons.org/publicdomain/zero/1.0/deed.ja"
    ),
    "PDL-1.0": Licence(
        "公共データ利用規約（第1.0版）", "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0"
    ),
}


def licence_of(name: LicenceId) -> Licence:
    """The licence of this id (SPDX, or PDL for the government's own terms)."""
    return _LICENCES[name]
