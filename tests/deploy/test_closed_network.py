"""The whole life of an installation without network, by the scripts that an operator runs. In CI; elsewhere by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "closed-network"
SCRIPTS = sorted(FOLDER.glob("*.sh"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound_shell(path: Path) -> None:
    assert os.access(path, os.X_OK)
    assert "set -euo pipefail" in path.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(path)], check=True)  # noqa: S607


def test_the_installer_takes_nothing_from_a_network() -> None:
    text = (FOLDER / "install.sh").read_text(encoding="utf-8")
    assert "--no-index" in text
    assert text.count("--require-hashes") == 1
    assert "://" not in text.replace("sqlite:///", "")


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    """What `make wheelhouse` makes."""
    if not os.environ.get("CI"):
        pytest.skip("takes a minute or two and the network: runs where CI is set (CI=true)")
    folder = tmp_path / "wheelhouse"
    gathering = [str(FOLDER / "gather.sh"), sys.executable, str(folder)]
    done = subprocess.run(gathering, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.skip(f"the wheelhouse can't be made here: {(done.stderr.strip().splitlines() or ['?'])[-1][:200]}")
    return folder


def test_install_serve_back_up_destroy_restore_serve(wheelhouse: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    rehearsal = ["bash", str(FOLDER / "rehearse.sh"), str(wheelhouse), str(place)]
    done = subprocess.run(rehearsal, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "同じ答えでした" in done.stdout
    damaged = wheelhouse / "requirements.lock"
    damaged.write_text(damaged.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    again = subprocess.run(
        [str(wheelhouse / "install.sh"), str(place / "x")], capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert "壊れたか、変わっています" in again.stderr
    shutil.rmtree(place)
