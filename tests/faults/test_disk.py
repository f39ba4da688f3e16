"""The disk is full: nothing is acknowledged that is not stored, and when there is room again all goes on by itself."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3
from programs import until
from world import SOAK, Count, Line, World, one_process

DISK = 48 * 1024 * 1024
FIRST = 60 * SOAK
SENTENCE = "ただいま混み合っています。少し待ってから、もう一度お試しください。"
Fill = Callable[[], None]


class Tmpfs:
    """A small file system of its own. Mounting one takes privileges that not every machine gives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "disk"
        self.folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(self.folder)]
        mount = shutil.which("mount")
        if not mount or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("this machine lets nobody here mount a file system")

    def fill(self, _: World) -> None:
        """Leaves no byte."""
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            for size in (65_536, 4096):
                self._write(filler, size)

    @staticmethod
    def _write(filler: object, size: int) -> None:
        try:
            while True:
                filler.write(b"\0" * size)  # type: ignore[attr-defined]
        except OSError:
            return

    def free(self, _: World) -> None:
        """Gives the room back."""
        (self.folder / "filler").unlink()

    def close(self) -> None:
        """Unmounts it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)  # noqa: S607 - wherever it is


class Limit:
    """A limit on the size of files, for the running process: any machine can do that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not hasattr(resource, "prlimit"):
            pytest.skip("this machine can't limit a running process")

    def fill(self, world: World) -> None:
        """No file grows beyond what the write-ahead log has now."""
        self._limit(world, (self.folder / "town.db-wal").stat().st_size)

    def free(self, world: World) -> None:
        """No limit any more."""
        self._limit(world, resource.RLIM_INFINITY)

    @staticmethod
    def _limit(world: World, size: int) -> None:
        resource.prlimit(world.webs[0].pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def close(self) -> None:
        """Nothing to do."""


@pytest.fixture(params=[Tmpfs, Limit], ids=["full file system", "limit on files"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tmpfs | Limit]:
    """Something that fills."""
    disk = request.param(tmp_path)
    yield disk
    disk.close()


@contextmanager
def _town(disk: Tmpfs | Limit, filled_file: Path, line: Line, logs: Path) -> Iterator[World]:
    shutil.copy(filled_file, disk.folder / "town.db")
    world = one_process(logs, f"sqlite:///{disk.folder / 'town.db'}", line)
    world.start()
    try:
        yield world
    finally:
        world.stop()


def _looked_at(url: str) -> list[tuple[int, str]]:
    """The look-up page with a question, the admin's door, and its reading of a form."""
    form = {"login": "somebody", "password": "a long enough password"}
    headers = {"origin": url, "sec-fetch-site": "same-origin"}
    answers = [
        urllib3.request("GET", f"{url}/lookup/kokubunji?q=カードをなくした", retries=False),
        urllib3.request("GET", f"{url}/admin/sign-in", retries=False),
        urllib3.request("POST", f"{url}/admin/sign-in", fields=form, headers=headers, retries=False),
    ]
    return [(answer.status, answer.data.decode()) for answer in answers]


def test_the_disk_is_full(
    disk: Tmpfs | Limit, filled_file: Path, line: Line, tmp_path: Path, count: Callable[..., Count]
) -> None:
    with _town(disk, filled_file, line, tmp_path) as world, count(world, seed=40) as crowd:
        people, url = crowd.citizens, world.webs[0].url
        with people.talking(FIRST, 60.0):
            pass
        disk.fill(world)
        refused: list[int] = []
        until(
            lambda: refused.append(people.tell([people.happen()])) or refused[-10:] == [503] * 10, "LINE is sent away"
        )
        assert set(refused) <= {200, 503}, "stored or not, and nothing in between"
        for usual, (status, text) in zip((200, 200, 401), _looked_at(url), strict=True):
            # Some of it may find room: the log may have been written back meanwhile.
            assert status == usual or (status, text) == (503, SENTENCE)
            assert "Traceback" not in text
        disk.free(world)
        for told in [told for told in people.told if not told.acknowledged]:
            people.tell_until_heard(told)
        assert all(told.acknowledged for told in people.told)
    assert crowd.figures.acknowledged == crowd.figures.sent
    assert crowd.figures.answered >= FIRST * 0.7, crowd.figures
