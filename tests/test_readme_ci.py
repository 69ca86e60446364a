"""What the README shows for CI systems works: the files are what they look like, and their commands run on the example."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import CHECKOUT

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## In CI\n")[2].partition("\n## ")[0]
SCRIPT = "from contexta.cli import main; main()"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


GITHUB, GITLAB = (yaml.safe_load(block) for block in blocks("yaml"))
(JENKINS,) = blocks("groovy")


def github() -> list[str]:
    return [step["run"] for step in GITHUB]


def gitlab() -> list[str]:
    script: list[str] = GITLAB["check"]["script"]
    return script


def jenkins() -> list[str]:
    return re.findall(r'sh "([^"]*)"', JENKINS)


def written(found: Any) -> Iterator[str]:
    """The files that GitLab is told of."""
    yield from found["check"]["artifacts"]["reports"].values()


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A checkout with the example's workspace, and the command where a shell finds it."""
    shutil.copytree(CHECKOUT / "site_example" / ".contexta", tmp_path / ".contexta", ignore=shutil.ignore_patterns("report"))
    command = tmp_path / "bin" / "contexta-report"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(SCRIPT)} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return tmp_path


def run(command: str, job: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{job / 'bin'}:/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT), "GITHUB_STEP_SUMMARY": str(job / "summary.md")}
    return subprocess.run(["/bin/sh", "-c", command], cwd=job, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", [*github(), *gitlab(), *jenkins()])
def test_every_command_of_a_ci_system_runs_in_a_shell(command: str, job: Path) -> None:
    done = run(command, job)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_github_gets_a_summary(job: Path) -> None:
    run(github()[0], job)
    assert (job / "summary.md").read_text("utf-8").startswith("# ")


def test_gitlab_finds_the_files_that_it_is_told_of(job: Path) -> None:
    run(gitlab()[0], job)
    assert [name for name in written(GITLAB) if not (job / name).is_file()] == []


def test_jenkins_finds_the_file_that_it_is_told_of(job: Path) -> None:
    run(jenkins()[0], job)
    assert [name for name in re.findall(r"junit '([^']*)'", JENKINS) if not (job / name).is_file()] == []
    assert JENKINS.count("{") == JENKINS.count("}") > 0
