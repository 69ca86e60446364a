"""What a command costs: its wall time, and the most memory that it and its children hold together."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import CHECKOUT

Command = Sequence[str | Path]

_PAUSE = 0.02
_PROC = Path("/proc")

_FLOOR = """
import sys, time
import orjson

def floor(f):
    begin = time.perf_counter()
    for line in f:
        orjson.loads(line)
    return time.perf_counter() - begin

with open(sys.argv[1], "rb") as stream:
    print(floor(stream))
"""


class CommandFailed(Exception):
    """A command that was measured ended with an error; the message is what it said last."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that several processes hold together: `pss` counts a page that they share once, `rss` once for each."""

    pss: int = 0
    rss: int = 0

    def __add__(self, other: "Memory") -> "Memory":
        return Memory(self.pss + other.pss, self.rss + other.rss)

    def most(self, other: "Memory") -> "Memory":
        """The larger of each."""
        return Memory(max(self.pss, other.pss), max(self.rss, other.rss))


def seconds(command: Command) -> float:
    """How long a command takes by the clock on the wall; raises CommandFailed."""
    begin = time.perf_counter()
    with _started(command) as process:
        process.wait()
        return time.perf_counter() - begin


def peak(command: Command) -> Memory:
    """The most memory that a command and its children were seen to hold, looking every 20 ms; raises CommandFailed.

    Looking takes time from the command: what is watched is not timed.
    """
    found = Memory()
    with _started(command) as process:
        while process.poll() is None:
            found = found.most(held_by_session(process.pid))
            time.sleep(_PAUSE)
    return found


def floor_seconds(records: Path) -> float:
    """The floor F: how long one process takes to parse each line of a file, and do nothing with it."""
    done = subprocess.run([sys.executable, "-c", _FLOOR, records], capture_output=True, check=True, env=_environment())
    return float(done.stdout)


def output(command: Command) -> str:
    """What a command prints; raises CommandFailed."""
    done = subprocess.run(command, capture_output=True, check=False, env=_environment())
    if done.returncode:
        raise CommandFailed(_last_line(done.stderr) or f"exit {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def held_by_session(leader: int) -> Memory:
    """What the processes of a session hold now: the one that began it and all that it started."""
    return sum((_held_by(process) for process in _members(leader)), Memory())


def can_see_memory() -> bool:
    """Whether this system tells how much of its memory a process shares."""
    return (_PROC / "self" / "smaps_rollup").exists()


@contextmanager
def _started(command: Command) -> Iterator[subprocess.Popen[bytes]]:
    """A command in a session of its own; what is left of it at the end, or when the benchmark is stopped, is killed."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said, env=_environment(), start_new_session=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        said.seek(0)
        if process.returncode:
            raise CommandFailed(_last_line(said.read()) or f"exit {process.returncode}")


def _last_line(text: bytes) -> str:
    return next(iter(text.decode("utf-8", "replace").strip().splitlines()[-1:]), "")


def _environment() -> Mapping[str, str]:
    """This checkout's package, and bytecode that is kept as it is where people use it."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS")}
    return {**kept, "PYTHONPATH": str(CHECKOUT)}


def _members(leader: int) -> Iterator[Path]:
    for process in _PROC.iterdir():
        if process.name.isdecimal() and _session(process) == leader:
            yield process


def _session(process: Path) -> int | None:
    try:
        after_name = (process / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:  # it has ended meanwhile
        return None
    return int(after_name[3]) if len(after_name) > 3 else None


def _held_by(process: Path) -> Memory:
    try:
        lines = (process / "smaps_rollup").read_text("ascii", "replace").splitlines()
    except OSError:
        return Memory()
    fields = {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}
    return Memory(_kilobytes(fields, "Pss"), _kilobytes(fields, "Rss"))


def _kilobytes(fields: Mapping[str, list[str]], name: str) -> int:
    found = fields.get(name)
    return int(found[0]) * 1024 if found else 0
