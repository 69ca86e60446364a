"""The wheel holds all that the checkout needs at work: it makes the same site where there is no checkout."""

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from contexta import __version__
from tests.conftest import CHECKOUT
from tests.site import build, tree

FORMATS = ("html", "md", "json")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
WHERE = "import contexta; print(contexta.__file__)"
COMMAND = "from contexta.cli import main; main()"


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    """The standard output of a command that must succeed; `path` is where it finds packages first."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def entries() -> set[str]:
    """What lies at the top of the checkout, and what any build of a package would leave in it."""
    left = (path for name in ("*.egg-info", "*.dist-info", "_templates") for path in CHECKOUT.rglob(name))
    return {path.relative_to(CHECKOUT).as_posix() for path in (*CHECKOUT.glob("build"), *CHECKOUT.glob("dist"), *left)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the checkout, built without the network, nothing left behind."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the wheel, is not installed")
    before, folder = entries(), tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, CHECKOUT, cwd=folder)
    assert entries() == before
    [found] = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the wheel alone is installed."""
    folder = tmp_path_factory.mktemp("installed")
    run(*PIP, "install", "--no-deps", "--no-index", "--target", folder, wheel, cwd=folder)
    return folder


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_is_of_this_version_and_for_every_machine(wheel: Path) -> None:
    assert wheel.name == f"contexta-{__version__}-py3-none-any.whl"


def test_the_wheel_holds_every_module_and_every_template(wheel: Path) -> None:
    modules = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "contexta").rglob("*.py")}
    templates = {f"contexta/_templates/{path.relative_to(CHECKOUT / 'templates')}" for path in (CHECKOUT / "templates").rglob("*.*")}
    assert modules | templates <= names(wheel)
    assert len(templates) > 1


def test_the_wheel_holds_nothing_but_the_package_and_its_papers(wheel: Path) -> None:
    assert {name.partition("/")[0] for name in names(wheel)} == {"contexta", f"contexta-{__version__}.dist-info"}
    assert [name for name in names(wheel) if "__pycache__" in name or name.endswith(".pyc")] == []
    assert [name for name in names(wheel) if name.endswith("LICENSE")]


def test_the_installed_package_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    assert Path(run(sys.executable, "-c", WHERE, cwd=tmp_path, path=installed).strip()).is_relative_to(installed)


def test_the_installed_package_makes_the_same_site_as_the_checkout(installed: Path, iris: Path, tmp_path: Path) -> None:
    words = ("build", iris, "-o", tmp_path / "installed", "--format", ",".join(FORMATS))
    run(sys.executable, "-c", COMMAND, *words, cwd=tmp_path, path=installed)
    build(iris, tmp_path / "checkout", FORMATS)
    assert tree(tmp_path / "installed") == tree(tmp_path / "checkout")


def test_the_installed_command_is_called_contexta_report(installed: Path, tmp_path: Path) -> None:
    [script] = (installed / "bin").glob("contexta-report*")
    assert run(sys.executable, script, "--version", cwd=tmp_path, path=installed) == f"contexta-report, version {__version__}\n"
