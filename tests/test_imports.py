"""The rooms of the house: who may import whom, and what no room does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT

PACKAGE = CHECKOUT / "contexta"

# Room → what it may import of the package, besides itself. A name with a dot stands for that module alone.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "later": frozenset(),
    "contract": frozenset({"errors"}),
    "privacy": frozenset({"contract", "errors"}),
    "workspace": frozenset({"contract", "privacy", "errors", "later"}),
    "report": frozenset({"contract", "errors", "later"}),
    "render": frozenset({"report.document", "report.inline", "errors", "later"}),
    "capture": frozenset({"contract", "workspace", "report", "render", "errors"}),
    "site": frozenset({"workspace", "privacy", "report", "render", "contract", "errors"}),
    "delivery": frozenset({"report", "render", "errors"}),
    "cli": frozenset({"site", "delivery", "privacy", "workspace", "report", "render", "errors", "contexta"}),
    "contexta": frozenset({"capture"}),
}
PRINTS = "cli"
NO_CLOCK = ("privacy", "report", "render", "site")

_CLOCK_MODULES = {"time", "random", "uuid", "secrets"}
_CLOCK_METHODS = {"now", "utcnow", "today", "urandom"}
_PRINTERS = {"echo", "secho"}


def room_of(path: Path) -> str:
    """The first part of a module's name below the package; the package's own `__init__` is `contexta`."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "contexta" if first == "__init__" else first


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import, with what is taken from a package as part of the name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def allowed(room: str, name: str) -> bool:
    first, *inner = name.split(".")
    if first != "contexta":
        return first != ""  # an import with a leading dot hides the room it comes from
    if not inner or inner[0].startswith("__"):
        return "contexta" in MAY_IMPORT[room]
    if inner[0] not in MAY_IMPORT and inner[0] != room:
        return "contexta" in MAY_IMPORT[room]
    path = ".".join(inner)
    return inner[0] == room or any(f"{path}.".startswith(f"{one}.") for one in MAY_IMPORT[room])


def wrong_imports(room: str, source: str) -> list[str]:
    return [f"line {line}: {room} imports {name}" for line, name in imported(ast.parse(source)) if not allowed(room, name)]


def prints(source: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.expr) and _is_print(node)]


def _is_print(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "print" or node.func.id in _PRINTERS
    if isinstance(node, ast.Attribute):
        return node.attr in _PRINTERS or (node.attr in ("stdout", "stderr") and isinstance(node.value, ast.Name) and node.value.id == "sys")
    return False


def globals_in(source: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Global)]


def clocks(source: str) -> list[int]:
    tree = ast.parse(source)
    modules = [line for line, name in imported(tree) if name.split(".")[0] in _CLOCK_MODULES]
    return modules + [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in _CLOCK_METHODS]


MODULES = sorted(PACKAGE.rglob("*.py"))
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())


def test_every_room_stands_in_the_table() -> None:
    assert {room_of(path) for path in MODULES} <= MAY_IMPORT.keys()


@every_module
def test_a_module_imports_what_its_room_may(module: Path) -> None:
    assert wrong_imports(room_of(module), module.read_text("utf-8")) == []


@every_module
def test_only_the_command_line_prints(module: Path) -> None:
    assert room_of(module) == PRINTS or prints(module.read_text("utf-8")) == []


@every_module
def test_no_module_rebinds_a_global(module: Path) -> None:
    assert globals_in(module.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "module", [path for path in MODULES if room_of(path) in NO_CLOCK], ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_what_a_page_says_depends_on_no_clock_and_no_chance(module: Path) -> None:
    assert clocks(module.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("errors", "import contexta.contract"),
        ("contract", "from contexta.workspace.lines import Located"),
        ("workspace", "from contexta import report"),
        ("report", "from contexta.render import html"),
        ("render", "from contexta.contract import StableRef"),
        ("render", "from contexta.report import summary"),
        ("render", "from contexta.report.documents import Document"),
        ("render", "def later():\n    from contexta.report.cells import ref"),
        ("site", "from contexta import __version__"),
        ("site", "from contexta.cli import main"),
        ("delivery", "import contexta.site"),
        ("cli", "from contexta.contract import Run"),
        ("report", "from ..workspace import open"),
    ],
)
def test_the_table_forbids(room: str, source: str) -> None:
    assert wrong_imports(room, source)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("errors", "import sys"),
        (
            "render",
            "from contexta.report.document import Document\nfrom contexta.render import words\nfrom contexta.errors import TemplateFailure",
        ),
        ("render", "from contexta.report import document"),
        ("workspace", "from contexta.contract.refs import StableRef\nimport duckdb"),
        ("cli", "from contexta import __version__, workspace"),
    ],
)
def test_the_table_allows(room: str, source: str) -> None:
    assert wrong_imports(room, source) == []


@pytest.mark.parametrize(
    "source", ["print(1)", "import click\nclick.echo(1)", "from click import echo\necho(1)", "import sys\nsys.stdout.write('')"]
)
def test_a_print_is_seen(source: str) -> None:
    assert prints(source)


def test_a_global_statement_is_seen() -> None:
    assert globals_in("def f():\n    global x\n    x = 1")


@pytest.mark.parametrize(
    "source", ["import time", "from datetime import datetime\ndatetime.now()", "from uuid import uuid4", "import random as r"]
)
def test_a_clock_or_chance_is_seen(source: str) -> None:
    assert clocks(source)
