"""Two builds at once: the second waits and says so, and both end well."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from contexta.workspace import alone_in
from tests.conftest import CHECKOUT
from tests.site import put_run, tree, workspace_of
from tests.site.rebuilding import INDEX, Site, append, assert_same, line


def begin(site: Site, *more: str) -> "subprocess.Popen[str]":
    """A build in another process."""
    command = [sys.executable, "-c", "from contexta.cli import main; main()", "build", str(site.root), "-o", str(site.out), *more]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def end(process: "subprocess.Popen[str]") -> str:
    """Wait for a build to end well; what it said on stderr."""
    _, said = process.communicate()
    assert process.returncode == 0, said
    return said


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A few runs."""
    return Site(workspace_of(tmp_path / "workspace", *(put_run("p", f"r-{number}") for number in range(20))), tmp_path / "site")


def test_who_finds_a_build_at_work_on_the_workspace_waits_and_says_so(site: Site) -> None:
    site.build()
    folder = site.root / INDEX
    with alone_in(folder, lambda _what: None):
        process = begin(site)
        assert process.stderr is not None
        assert process.stderr.readline() == f"another build is at work in {folder}; waiting for it to end\n"
        append(site.root, "metadata/ledger.jsonl", line(put_run("p", "late")))
    assert end(process) == ""
    site.assert_is_clean()


def test_who_finds_a_build_at_work_in_the_output_waits_and_says_so(site: Site, tmp_path: Path) -> None:
    site.out.mkdir()
    with alone_in(site.out, lambda _what: None):
        process = begin(site)
        assert process.stderr is not None
        assert process.stderr.readline() == f"another build is at work in {site.out}; waiting for it to end\n"
        assert tree(site.out) == {}
    assert end(process) == ""
    site.assert_is_clean()


def test_builds_of_one_workspace_into_one_folder_and_into_others_all_end_well(site: Site, tmp_path: Path) -> None:
    others = [Site(site.root, tmp_path / f"other-{number}") for number in range(2)]
    together = [site, site, *others, site]
    for process in [begin(one) for one in together]:
        end(process)
    for one in (site, *others):
        one.assert_is_clean()
        assert one.build().made == 0


def test_builds_of_two_workspaces_into_one_folder_leave_the_site_of_the_last(site: Site, tmp_path: Path) -> None:
    other = Site(workspace_of(tmp_path / "second", put_run("q", "one"), put_run("p", "r-1", status="failed")), site.out)
    for process in [begin(site), begin(other), begin(site), begin(other)]:
        end(process)
    found = tree(site.out)
    assert found in (site.clean(), other.clean())


def test_full_builds_and_others_at_once(site: Site) -> None:
    site.build()
    for process in [begin(site, *options) for options in ((), ("--full",), ("--full",), ())]:
        end(process)
    assert_same(tree(site.out), site.clean())
