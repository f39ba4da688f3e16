"""The LINE accounts that QR codes open, from the environment."""

from __future__ import annotations

import pytest

from deploy.settings import SettingsError, read_line_ids


def test_ids_belong_to_municipalities() -> None:
    environment = {
        "MADOGUCHI_LINE_KOKUBUNJI_BASIC_ID": "@123abcde",
        "MADOGUCHI_LINE_A_B_BASIC_ID": "@x.y-z_1",
        "X": "@",
    }
    assert read_line_ids(environment) == {"kokubunji": "@123abcde", "a-b": "@x.y-z_1"}


@pytest.mark.parametrize("value", ["", "123abcde", "@", "@a b", "@a/../b"])
def test_what_is_no_id_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="@ で始まる"):
        read_line_ids({"MADOGUCHI_LINE_FUCHU_BASIC_ID": value})
