"""A workspace that is written to all through its builds: each site is that of what had been written when its build looked."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contexta import workspace
from contexta.workspace.fingerprint import size_of
from tests import strategies as build
from tests.conftest import CHECKOUT
from tests.site import tree
from tests.site.rebuilding import INDEX, Site, assert_same, copied

# Appends to the files of a workspace until it is ended: lines of several runs, each written at once, or in pieces cut anywhere. Says when
# it has begun.
WRITER = """
import os, random, sys, time
from pathlib import Path
root, way, lines = Path(sys.argv[1]), sys.argv[2], sys.stdin.buffer.read().splitlines(keepends=True)
chance = random.Random(11)
files = [root / name for name in sys.argv[3:]]
for file in files:
    file.parent.mkdir(parents=True, exist_ok=True)
streams = [os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT) for file in files]
number = 0
while True:
    line = lines[number % len(lines)].replace(b"NUMBER", b"%d" % number).replace(b"RUN", b"r%d" % (number // 40 % 30))
    stream = chance.choice(streams)
    cut = chance.randrange(len(line)) if way == "pieces" else 0
    for piece in (line[:cut], line[cut:]):
        os.write(stream, piece)
        time.sleep(chance.random() / 200 if piece else 0)
    number += 1
    if number == 50:
        os.write(1, b".")
"""

# The same by the program's own SDK.
SDK = """
import os, sys, time
from contexta import Contexta
ctx = Contexta(sys.argv[1], config={"project_name": "written"})
number = 0
while True:
    with ctx.run(f"r{number}") as run:
        with run.stage("train") as stage:
            for step in range(20):
                with stage.batch(f"epoch-{step}") as batch:
                    batch.metric("loss", 1 / (step + 1))
                time.sleep(0.005)
        run.event("note", message="still here")
    with ctx.deployment(f"d{number}", run_ref=run.ref) as deployment:
        deployment.metric("latency", number)
    number += 1
    if number == 2:
        os.write(1, b".")
"""

LINES = (
    build.record_frame(build.metric("m-NUMBER", 0.5, run="run:p.RUN")),
    build.segment_frame(build.event("e-NUMBER", run="run:p.RUN", deployment_execution_ref="deployment:p.live")),
    build.put("Run", build.run_model("p.RUN", description="put NUMBER")),
    build.put("DeploymentExecution", build.deployment_model("p.live", description="put NUMBER", run_ref="run:p.r1")),
    build.artifact_frame(build.manifest("a-NUMBER", run="run:p.RUN")),
)
FILES = (build.LEDGER, build.CAPTURED, build.SEGMENT, "cache/capture/naïve.jsonl")


@contextmanager
def at_work(code: str, *words: str, lines: Iterable[build.Line] = LINES) -> Iterator[None]:
    """A program that writes until it is ended, which is sure."""
    command = [sys.executable, "-c", code, *words]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
            process.stdin.close()
            assert process.stdout.read(1) == b"."
            yield
            assert process.poll() is None, "the writer ended by itself"
        finally:
            process.send_signal(signal.SIGKILL)


def _as_seen(site: Site, folder: Path) -> Path:
    """A copy of the workspace that holds what the last build of a site saw: each file as long as it was then."""
    index = sqlite3.connect(f"file:{site.root / INDEX / 'index.sqlite'}?mode=ro", uri=True)
    sizes = {name: size_of(stamp) for name, stamp in index.execute("SELECT name, stamp FROM plane")}
    index.close()
    copy = copied(site.root, folder)
    for plane in workspace.open(copy).planes:
        if plane in sizes:
            os.truncate(copy / plane, sizes[plane])
        else:
            (copy / plane).unlink()
    return copy


@pytest.mark.parametrize("way", ["lines", "pieces", "sdk"])
def test_every_site_is_that_of_what_had_been_written(way: str, tmp_path: Path) -> None:
    site = Site(build.write_lines(tmp_path / "workspace"), tmp_path / "site", ("html", "json"))
    code, words = (SDK, ()) if way == "sdk" else (WRITER, (way, *FILES))
    sites = []
    with at_work(code, str(site.root), *words):
        for _ in range(6):
            site.build()
            seen = Site(_as_seen(site, tmp_path / "seen"), tmp_path / "unused", site.formats)
            assert_same(tree(site.out), seen.clean())
            sites.append(tree(site.out)["manifest.json"])
            shutil.rmtree(seen.root)
    assert len(set(sites)) > 1, "the writer did not get on"
    site.build()
    site.assert_is_clean()
    assert site.build().made == 0
