"""A build that is killed leaves a site that opens, and the next completes it as if nothing had been."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contexta.errors import TemplateFailure
from tests import strategies as build
from tests.conftest import CHECKOUT
from tests.site import put_deployment, put_project, put_run, tree, workspace_of
from tests.site.rebuilding import INDEX, Site, append, assert_same

SCRATCH = ".contexta-build"
FORMATS = ("html", "json")

# Builds what each line of stdin asks for, as `contexta-report build` does but with processes however little there is to do. A build is a
# fork, because importing takes longer than building, in a session of its own, by which its workers are known. It is killed when it has
# opened, renamed, made or removed so many files of the site or the index, in whichever of its processes: by SIGKILL, which nothing
# foresees. Said on stdout are the number of the process, how many files those were, and how it ended.
BUILDER = """
import json, os, signal, sys
import contexta.workspace, jinja2, markdown_it
from contexta.cli import main
from contexta.site import executors

FILES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
executors._LITTLE = 0

def build(words, kill_after, places):
    def count(event, arguments):
        nonlocal seen
        if event in FILES and str(arguments[0]).startswith(places):
            seen += 1
            if seen == kill_after:
                os.kill(started, signal.SIGKILL)
    seen, started, said = 0, os.setsid() or os.getpid(), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.addaudithook(count)
    main(words, standalone_mode=False)
    os.write(said, b"files %d\\n" % seen)

for request in sys.stdin:
    process = os.fork()
    if process == 0:
        words, kill_after, places = json.loads(request)
        build(words, kill_after, tuple(places))
        os._exit(0)
    print("process", process, flush=True)
    print("ended", os.waitpid(process, 0)[1], flush=True)
"""


@dataclass
class Builder:
    """A process that builds, and is not hurt when a build is."""

    process: "subprocess.Popen[str]"

    def begin(self, words: list[str], kill_after: int, places: list[str]) -> int:
        """Start a build; returns the number of its process."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([words, kill_after, places]) + "\n")
        self.process.stdin.flush()
        return self.said("process")

    def said(self, about: str) -> int:
        """The number that it said about something."""
        assert self.process.stdout is not None
        word, number = self.process.stdout.readline().split()
        return int(number) if word == about else self.said(about)


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    """One for all tests."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", BUILDER]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        yield Builder(process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Trial:
    """A workspace that grew since its site was built; the site and the index are kept, so that every build begins from the same."""

    site: Site
    builder: Builder
    folder: Path
    old: dict[str, bytes] = field(default_factory=dict)
    new: dict[str, bytes] = field(default_factory=dict)

    def keep(self) -> None:
        """Remember how the site and the index are now, and what the next build should give."""
        shutil.copytree(self.site.root / INDEX, self.folder / "kept" / "index")
        shutil.copytree(self.site.out, self.folder / "kept" / "site")
        self.old, self.new = tree(self.site.out), self.site.clean()

    def start_over(self) -> None:
        """Bring back the site and the index as they were."""
        for place, name in ((self.site.root / INDEX, "index"), (self.site.out, "site")):
            shutil.rmtree(place)
            shutil.copytree(self.folder / "kept" / name, place)

    def begin(self, jobs: int, kill_after: int = 0) -> int:
        """Start a build; returns the number of its process."""
        words = ["build", str(self.site.root), "-o", str(self.site.out), "--format", ",".join(FORMATS), "--jobs", str(jobs)]
        return self.builder.begin(words, kill_after, [str(self.site.out), str(self.site.root / INDEX)])

    def left(self) -> dict[str, bytes]:
        """What a reader finds in the site."""
        return {name: content for name, content in tree(self.site.out).items() if not name.startswith(SCRATCH)}

    def assert_opens(self) -> None:
        """Every file is whole: as it was, or as it will be.

        But a run's page may not know yet which run it is to be measured against, and a comparison may be with another than in the end.
        """
        for name, content in self.left().items():
            assert name.startswith(("runs/", "comparisons/")) or content in (self.old.get(name), self.new.get(name)), name
            if name.endswith(".html"):
                assert content.rstrip().endswith(b"</html>"), name
            if name.endswith(".json"):
                json.loads(content)
        assert self.old.keys() <= self.left().keys()

    def assert_is_completed(self) -> None:
        """The next build gives what a clean one does; the one after it has nothing to do."""
        self.site.build()
        assert_same(tree(self.site.out), self.new)
        assert not (self.site.out / SCRATCH).exists()
        assert self.site.build().made == 0


def _assert_all_end(build: int) -> None:
    """All processes of a build end with it: waits for that, and fails when it takes absurdly long."""
    deadline = time.monotonic() + 30
    while _processes_of(build):
        assert time.monotonic() < deadline, "a worker outlived its build"
        time.sleep(0.005)


def _processes_of(session: int) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, its_session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it ended meanwhile
            continue
        if int(its_session) == session and state != "Z":
            found.append(int(process.name))
    return found


@pytest.fixture(scope="module")
def trial(builder: Builder, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Runs of two projects and a deployment, built; then some of them went on, one was added."""
    folder = tmp_path_factory.mktemp("broken-off")
    runs = [put_run(project, f"{project}-{number:02}") for project in "ab" for number in range(12)]
    root = workspace_of(folder / "workspace", put_project("a"), *runs, put_deployment("a", "live", "a-03"))
    site = Site(root, folder / "site", FORMATS)
    site.build()
    for number in range(3):
        for put in runs[4:20]:
            record = build.metric(f"m{number}", number / 7, run=put["model"]["run_ref"])
            append(root, build.CAPTURED, json.dumps(build.record_frame(record)).encode() + b"\n")
    append(root, build.LEDGER, json.dumps(put_run("b", "b-99")).encode() + b"\n")
    made = Trial(site, builder, folder)
    made.keep()
    return made


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it was quicker
        os.kill(process, signal.SIGKILL)


def _points(count: int, end: float, seed: int) -> list[float]:
    """Random points from 0 to the end, spread over all of it."""
    chance = random.Random(seed)
    return [end * (number + chance.random()) / count for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_build_that_is_not_killed_gives_the_new_site(trial: Trial, jobs: int) -> None:
    trial.start_over()
    trial.begin(jobs)
    assert trial.builder.said("ended") == 0
    assert_same(tree(trial.site.out), trial.new)
    assert trial.site.build().made == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_build_that_is_killed_at_random_files_leaves_a_site_that_opens_and_is_completed(trial: Trial, jobs: int) -> None:
    trial.start_over()
    trial.begin(jobs)
    for point in _points(10, trial.builder.said("files"), jobs):
        trial.start_over()
        process = trial.begin(jobs, 1 + int(point))
        assert trial.builder.said("ended") == signal.SIGKILL
        _assert_all_end(process)
        trial.assert_opens()
        trial.assert_is_completed()


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_build_that_is_killed_at_random_times_leaves_a_site_that_opens_and_is_completed(trial: Trial, jobs: int) -> None:
    trial.start_over()
    begun = time.monotonic()
    trial.begin(jobs)
    trial.builder.said("ended")
    for delay in _points(10, time.monotonic() - begun, 2 + jobs):
        trial.start_over()
        process = trial.begin(jobs)
        time.sleep(delay)
        _kill(process)
        trial.builder.said("ended")
        _assert_all_end(process)
        trial.assert_opens()
        trial.assert_is_completed()


def test_builds_that_are_killed_one_after_the_other_get_there(trial: Trial) -> None:
    trial.start_over()
    for point in (10, 40, 70, 100):
        process = trial.begin(2, point)
        trial.builder.said("ended")
        _assert_all_end(process)
        trial.assert_opens()
    trial.assert_is_completed()


# ---------------------------------------------------------------- another build follows than the one that was killed


def _broken_off(site: Site, builder: Builder, *more: str) -> None:
    """Begin to build a site in all formats, and kill it when it has put half of its pages in their places."""
    before = len(tree(site.out)) if site.out.exists() else 0
    words = ["build", str(site.root), "-o", str(site.out), "--format", "html,json", "--jobs", "1", *more]
    process = builder.begin(words, 84, [str(site.out)])
    assert builder.said("ended") == signal.SIGKILL
    _assert_all_end(process)
    assert len(tree(site.out)) > before


@pytest.fixture
def runs(tmp_path: Path) -> Site:
    """Two projects of twelve runs each, without a site."""
    puts = [put_run(project, f"{project}-{number:02}") for project in "ab" for number in range(12)]
    return Site(workspace_of(tmp_path / "workspace", *puts), tmp_path / "site")


def test_what_a_killed_build_made_and_the_next_does_not_is_removed(runs: Site, builder: Builder) -> None:
    _broken_off(runs, builder)
    runs.selection = {"projects": ("b",)}
    assert runs.build().kept == []
    runs.assert_is_clean()


def test_what_several_killed_builds_made_is_removed(runs: Site, builder: Builder) -> None:
    _broken_off(runs, builder)
    _broken_off(runs, builder, "--full")
    runs.selection = {"runs": ("b.b-11",)}
    assert runs.build().kept == []
    runs.assert_is_clean()


def test_what_someone_changed_after_a_killed_build_is_left_and_told(runs: Site, builder: Builder) -> None:
    _broken_off(runs, builder)
    (runs.out / "runs" / "a.a-00.html").write_text("annotated", "utf-8")
    runs.selection = {"projects": ("b",)}
    assert runs.build().kept == ["runs/a.a-00.html"]


def test_a_page_that_a_killed_build_wrote_anew_is_nobodys_change(runs: Site, builder: Builder) -> None:
    runs.formats = FORMATS
    runs.build()
    ledger = runs.root / build.LEDGER
    ledger.write_bytes(ledger.read_bytes().replace(b"completed", b"cancelled"))
    _broken_off(runs, builder)
    ledger.write_bytes(b"".join(one for one in ledger.read_bytes().splitlines(keepends=True) if b"project:b" in one))
    assert runs.build().kept == []
    runs.assert_is_clean()


def test_what_a_build_that_failed_made_is_known_to_the_next(runs: Site) -> None:
    runs.templates = runs.root.parent / "templates"
    runs.templates.mkdir()
    (runs.templates / "page.html.j2").write_text("{{ document.title }}{% if document.title == 'b-00' %}{{ 1 // 0 }}{% endif %}", "utf-8")
    for _ in range(2):
        with pytest.raises(TemplateFailure):
            runs.build()
    assert list((runs.out / "runs").iterdir())
    runs.templates, runs.selection = None, {"projects": ("b",)}
    assert runs.build().kept == []
    runs.assert_is_clean()
    assert not (runs.out / SCRATCH).exists()
