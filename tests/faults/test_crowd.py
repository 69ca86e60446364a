"""Four writers, some of which are killed, and two builders, all at once."""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from contexta import workspace
from tests.conftest import CHECKOUT
from tests.faults import SECONDS, diagnosis
from tests.site.rebuilding import Site

WRITERS, BUILDERS = 4, 2

# Trains run after run until stdin ends, and says run and value of every metric once it is written.
WRITE = """
import os, select, sys, time
from contexta import Contexta

ctx = Contexta(sys.argv[1], config={"project_name": sys.argv[2]})
ended = False
while not ended:
    with ctx.run("train") as run, run.stage("fit") as stage:
        for number in range(200):
            stage.metric("loss", number, tags={"note": "x" * (number % 7) * 200})
            os.write(1, f"{run.ref} {number}\\n".encode())
            time.sleep(0.002)
    ended = bool(select.select([sys.stdin], [], [], 0)[0])
"""

# Builds again and again until stdin ends.
BUILD = """
import select, sys
from contexta.cli import main

while True:
    last = select.select([sys.stdin], [], [], 0)[0]
    main(["build", sys.argv[1], "-o", sys.argv[2], "--jobs", "1"], standalone_mode=False)
    if last:
        break
"""


def _start(stack: contextlib.ExitStack, code: str, *words: object, said: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with said.open("wb") as out, said.with_suffix(".err").open("wb") as complaints:
        command = [sys.executable, "-c", code, *map(str, words)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=complaints, env=environment)
    return stack.enter_context(process)


def _acknowledged(said: list[Path]) -> dict[str, int]:
    """Run → how many of its metrics were said to be written."""
    found: dict[str, int] = {}
    for line in (line for path in said for line in path.read_text().splitlines(keepends=True)):
        if line.endswith("\n"):  # else the writer was killed while it said so
            run, _, number = line.strip().partition(" ")
            found[run] = int(number) + 1
    return found


def test_what_four_writers_were_acknowledged_is_in_the_site_that_two_builders_keep(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    root, site = tmp_path / "workspace", Site(tmp_path / "workspace", tmp_path / "site")
    chance, deadline, kills = random.Random(6), time.monotonic() + SECONDS, 0
    said: list[Path] = []
    (root / "records").mkdir(parents=True)
    (root / "records" / "manifest.json").write_text("{}")
    with contextlib.ExitStack() as stack:

        def writer() -> "subprocess.Popen[bytes]":
            said.append(tmp_path / f"said-{len(said)}")
            return _start(stack, WRITE, root, f"p{len(said) % 2}", said=said[-1])

        writers = [writer() for _ in range(WRITERS)]
        builders = [_start(stack, BUILD, root, site.out, said=tmp_path / f"built-{number}") for number in range(BUILDERS)]
        while time.monotonic() < deadline:
            time.sleep(min(1.5, SECONDS / 3))
            victim = chance.randrange(WRITERS)
            writers[victim].kill()
            writers[victim].wait()
            kills += 1
            writers[victim] = writer()
        for some in (writers, builders):
            for process in some:  # all at once: builders that go on would not let one another in
                assert process.stdin is not None
                process.stdin.close()
            assert [process.wait() for process in some] == [0] * len(some)

    for complaints in tmp_path.glob("*.err"):
        assert [line for line in complaints.read_text().splitlines() if "waiting for it to end" not in line] == []
    opened = workspace.open(root)
    acknowledged = _acknowledged(said)
    assert len(acknowledged) >= WRITERS
    unfinished = 0
    for ref in opened.run_refs():
        snapshot = opened.snapshot(ref)
        written = sum(series.count for series in snapshot.series)
        assert acknowledged.get(str(ref), 0) <= written <= acknowledged.get(str(ref), 0) + 1
        unfinished += snapshot.run.status == "open"
    assert acknowledged.keys() <= {str(ref) for ref in opened.run_refs()}
    assert unfinished <= kills
    # A writer may be killed in the middle of a line, or between the claim of a name and its line.
    found = {key for cause in diagnosis(root)["causes"] for key in cause["keys"]}
    assert found <= {"unfinished_run", "unfinished_stage", "malformed_line", "torn_line", "unknown_owner", "undescribed"}
    site.assert_is_clean()
    record_property("runs, metrics, killed, open", (len(acknowledged), sum(acknowledged.values()), kills, unfinished))
