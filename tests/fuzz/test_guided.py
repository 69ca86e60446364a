"""A moment of the fuzzer that is guided by coverage, to keep its targets working; see `guided` for a longer run."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

RUNS = os.environ.get("CONTEXTA_FUZZ_GUIDED", "1000")


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="the extra fuzz (atheris) is not installed")
@pytest.mark.parametrize("target", ["lines", "markdown"])
def test_no_input_that_is_found_breaks(target: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.guided", target, f"-runs={RUNS}", "-seed=1", "-rss_limit_mb=400", "-timeout=20"]
    ended = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-4_000:]
    assert f"Done {RUNS} runs" in ended.stderr
