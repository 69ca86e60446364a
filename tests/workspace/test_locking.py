"""One process at a time in a folder, and none that waits for ever."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from contexta.workspace import locking
from contexta.workspace.locking import alone_in
from tests.conftest import CHECKOUT

# Holds a folder until stdin ends; says when it has it.
HOLD = """
import sys
from pathlib import Path
from contexta.workspace import alone_in
with alone_in(Path(sys.argv[1]), lambda what: print("waiting", flush=True)):
    print("alone", flush=True)
    sys.stdin.read()
"""


def hold(folder: Path) -> "subprocess.Popen[str]":
    """Another process that wants a folder."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_free_folder_is_held_at_once_again_and_again(tmp_path: Path) -> None:
    told: list[str] = []
    for _ in range(3):
        with alone_in(tmp_path, told.append):
            pass
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_who_waits_says_so_and_goes_on_when_the_other_is_done(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        with alone_in(tmp_path, lambda _what: None):
            other = stack.enter_context(hold(tmp_path))
            assert said(other) == "waiting"
        assert said(other) == "alone"
        other.communicate()
    assert other.returncode == 0


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    with hold(tmp_path) as other:
        assert said(other) == "alone"
        other.send_signal(signal.SIGKILL)
    with alone_in(tmp_path, told.append):
        pass
    assert told == []


def test_what_fails_inside_lets_the_folder_go(tmp_path: Path) -> None:
    told: list[str] = []
    with pytest.raises(ZeroDivisionError), alone_in(tmp_path, told.append):
        _ = 1 // 0
    with alone_in(tmp_path, told.append):
        pass
    assert told == []


def test_other_folders_are_free_meanwhile(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "inner").mkdir()
    with alone_in(tmp_path, told.append), alone_in(tmp_path / "inner", told.append):
        pass
    assert told == []


def test_a_folder_under_two_names_is_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    with contextlib.ExitStack() as stack:
        with alone_in(tmp_path / "folder", lambda _what: None):
            other = stack.enter_context(hold(tmp_path / "link"))
            assert said(other) == "waiting"
        other.communicate()


def test_a_file_system_without_locks_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int, _how: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    with alone_in(tmp_path, lambda _what: None):
        pass


def test_a_system_without_locks_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "fcntl", None)
    with alone_in(tmp_path, lambda _what: None), alone_in(tmp_path, lambda _what: None):
        pass


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), alone_in(tmp_path / "none", lambda _what: None):
        pass
