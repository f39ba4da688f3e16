"""What the knowledge weighs, measured in a fresh process (see memory.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

HERE = Path(__file__).parent


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="resident memory is read as Linux gives it")
@pytest.mark.benchmark(group="memory")
def test_memory(benchmark: BenchmarkFixture) -> None:
    def measure() -> str:
        environment = {**os.environ, "PYTHONPATH": str(HERE)}
        command = [sys.executable, str(HERE / "memory.py")]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    benchmark.extra_info.update(what="memory", **json.loads(benchmark.pedantic(measure, rounds=1)))
