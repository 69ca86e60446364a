"""A build on a disk that fails says so in one sentence and leaves a site that opens; the next completes it."""

import contextlib
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.faults import IN_FULL
from tests.site import put_deployment, put_project, put_run, tree, workspace_of
from tests.site.rebuilding import INDEX, Site, append, assert_same, line

SCRATCH = ".contexta-build"
FAULTS = (errno.ENOSPC, errno.EACCES, errno.EIO)

# Builds what each line of stdin asks for, in a fork. The build fails once, with this error, when it opens for writing, renames, makes or
# removes so many files of these places; or it may write no file of more than so many bytes. Said is how many files those were, how the
# build ended, and what it complained of.
BUILDER = """
import json, os, resource, sys
import contexta.workspace, jinja2, markdown_it
from contexta.cli import main

CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect")

def build(words, fails_at, fault, room, places, count):
    def audit(event, arguments):
        nonlocal seen
        writes = event in CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if writes and str(arguments[0]).startswith(places):
            seen += 1
            if seen == fails_at:
                raise OSError(fault, os.strerror(fault), str(arguments[0]))
    seen = 0
    sys.addaudithook(audit)
    if room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        main(words)
    except SystemExit as ended:
        code = ended.code or 0
    os.write(count, b"%d" % seen)
    os._exit(code)

for request in sys.stdin:
    words, fails_at, fault, room, places = json.loads(request)
    counted, count = os.pipe()
    complaints, complaint = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(complaint, 2)
        build(words, fails_at, fault, room, tuple(places), count)
    os.close(count), os.close(complaint)
    with open(complaints) as said, open(counted) as files:
        told, seen = said.read(), files.read()
    print(json.dumps([os.waitstatus_to_exitcode(os.wait()[1]), told, int(seen or -1)]), flush=True)
"""


@dataclass(frozen=True)
class Ended:
    """How a build ended."""

    code: int
    complaint: str
    files: int


@dataclass
class Trial:
    """A site that is built again and again, on a disk that fails."""

    site: Site
    process: "subprocess.Popen[str]"

    def build(self, fails_at: int = 0, fault: int = 0, room: int | None = None) -> Ended:
        """Build it, and see that what a user meets is a sentence, and what a reader finds is whole."""
        words = ["build", str(self.site.root), "-o", str(self.site.out), "--jobs", "1"]
        places = [str(self.site.out), str(self.site.root / INDEX)]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([words, fails_at, fault, room, places]) + "\n")
        self.process.stdin.flush()
        ended = Ended(*json.loads(self.process.stdout.readline()))
        assert ended.code in (0, 2, 3), ended
        assert "Traceback" not in ended.complaint
        assert len(ended.complaint.splitlines()) <= 1, ended
        assert bool(ended.complaint) == bool(ended.code), ended
        for name, content in tree(self.site.out).items() if self.site.out.exists() else ():
            assert not name.endswith(".html") or content.rstrip().endswith(b"</html>"), name
        return ended

    def assert_is_completed(self, new: dict[str, bytes]) -> None:
        """The next build, on a disk that does not fail, gives what a clean one does."""
        assert self.build().code == 0
        assert_same({name: content for name, content in tree(self.site.out).items() if not name.startswith(SCRATCH)}, new)


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    """Runs of two projects and a deployment."""
    runs = [put_run(project, f"{project}-{number}") for project in "ab" for number in range(2)]
    root = workspace_of(tmp_path / "workspace", put_project("a"), *runs, put_deployment("a", "live", "a-1"))
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with contextlib.ExitStack() as stack:
        process = subprocess.Popen(
            [sys.executable, "-c", BUILDER], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        yield Trial(Site(root, tmp_path / "site"), stack.enter_context(process))
        assert process.stdin is not None
        process.stdin.close()


def test_a_build_that_fails_at_any_one_file_is_completed_by_the_next(trial: Trial) -> None:
    files = trial.build().files
    assert files > 20
    for moment in range(1, files + 1, 1 if IN_FULL else 5):
        append(trial.site.root, "metadata/ledger.jsonl", line(put_run("b", f"b-x{moment}")))
        trial.build(moment, FAULTS[moment % len(FAULTS)])
        assert trial.build().code == 0
    trial.assert_is_completed(trial.site.clean())


@pytest.mark.parametrize("room", [0, 20_000, 60_000])
def test_a_disk_without_room_is_told_and_the_next_build_completes(trial: Trial, room: int) -> None:
    trial.build(room=room)
    trial.assert_is_completed(trial.site.clean())
    append(trial.site.root, "metadata/ledger.jsonl", line(put_run("b", "b-new")))
    trial.build(room=room)
    trial.assert_is_completed(trial.site.clean())
