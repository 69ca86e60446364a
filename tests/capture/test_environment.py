"""What a program ran on: taken once per run, and nothing that was not asked for."""

import os
import platform
import sys
from importlib.metadata import Distribution, distributions, version
from pathlib import Path
from typing import Any

import pytest

from contexta import Contexta
from contexta.capture import environment
from contexta.contract import StableRef

RUN = StableRef("run", "p.x")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "hunter2-hunter2")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,3")


def _distribution(folder: Path, number: str) -> str:
    info = folder / f"demo_package-{number}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: demo-package\nVersion: {number}\n", encoding="utf-8")
    return str(folder)


def test_a_run_has_one_snapshot_with_python_platform_and_packages(tmp_path: Path) -> None:
    ctx = Contexta(tmp_path)
    with ctx.run("x") as run, run.stage("train"), run.stage("evaluate"):
        pass
    (taken,) = ctx.get_run_snapshot(run.ref).environments
    assert taken.python_version == platform.python_version()
    assert platform.system() in taken.platform
    assert taken.packages["pytest"] == version("pytest")


def test_each_run_has_its_own_snapshot(tmp_path: Path) -> None:
    ctx = Contexta(tmp_path)
    refs = [ctx.run("x").ref for _ in range(2)]
    taken = [ctx.get_run_snapshot(ref).environments for ref in refs]
    assert [[one.run_ref for one in environments] for environments in taken] == [[ref] for ref in refs]


def test_no_environment_variable_is_written_that_was_not_named(tmp_path: Path) -> None:
    Contexta(tmp_path).run("x").close()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
    assert b"hunter2" not in written
    assert b"CUDA_VISIBLE_DEVICES" not in written


def test_environment_variables_are_written_by_name(tmp_path: Path) -> None:
    ctx = Contexta(tmp_path, config={"environment_variables": ["CUDA_VISIBLE_DEVICES", "NOT_SET_ANYWHERE"]})
    with ctx.run("x") as run:
        pass
    (taken,) = ctx.get_run_snapshot(run.ref).environments
    assert taken.environment_variables == {"CUDA_VISIBLE_DEVICES": "0,3"}
    assert "CUDA_VISIBLE_DEVICES" in ctx.build_snapshot_report(run.ref).to_markdown()


def test_the_version_is_that_of_the_package_that_python_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [_distribution(tmp_path / "first", "1.0"), _distribution(tmp_path / "second", "2.0"), *sys.path])
    assert environment.packages()["demo-package"] == version("demo-package") == "1.0"


def test_a_broken_installation_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    found = environment.packages()
    assert "pytest" in found
    assert "broken" not in found


def test_neither_does_one_whose_finder_raises_stop_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Distribution):
        def read_text(self, filename: str) -> str | None:
            raise FileNotFoundError(filename)

        def locate_file(self, path: str | os.PathLike[str]) -> Any:
            raise FileNotFoundError(path)

    good = distributions()
    monkeypatch.setattr("importlib.metadata.distributions", lambda: [Broken(), *good])
    assert "pytest" in environment.packages()


def test_a_snapshot_lies_in_its_run() -> None:
    assert str(environment.snapshot(RUN, {}, ()).ref) == "environment:p.x.snapshot"
