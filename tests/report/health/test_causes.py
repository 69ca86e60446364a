"""Whatever the code can find has an explanation."""

import ast
from collections.abc import Iterator

import pytest

from contexta.report.health import CAUSES, Cause
from contexta.report.health.findings import _OF_SCOPES
from tests.conftest import CHECKOUT

# What makes a problem, and which of its arguments is the key. Issues of runs are found only where they are about scopes.
MAKERS = {"Problem": 2, "problem": 0, "Finding": 1, "Verdict": 0, "Flaw": 0}


def keys_in(source: str) -> Iterator[str]:
    """Every key that a module can give a finding: as an argument, in a table, or as the KEY of a class."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (place := MAKERS.get(_name(node.func))) is not None and len(node.args) > place:
            yield from _texts(node.args[place])
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == "KEY" for target in targets):
                yield from _texts(node.value)


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _texts(node: ast.expr) -> Iterator[str]:
    return (part.value for part in _outcomes(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


def _outcomes(node: ast.expr) -> list[ast.expr]:
    """What an expression may come to, as far as `a if b else c` goes."""
    return [*_outcomes(node.body), *_outcomes(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def test_every_key_that_the_code_can_produce_has_an_explanation() -> None:
    found = {key for path in (CHECKOUT / "contexta").rglob("*.py") for key in keys_in(path.read_text("utf-8"))}
    degraded = {"degraded_record", "lost_records", "non_finite_metric"}
    assert {"torn_line", "wrong_frame", "backward_time", "unreadable_file", "clock_set_back", "changed_artifact"} <= found
    assert sorted((found | _OF_SCOPES | degraded) - CAUSES.keys()) == []


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES.keys())
def test_an_explanation_says_what_it_means_and_what_to_do(cause: Cause) -> None:
    assert not cause.title.endswith(".")
    assert cause.means.endswith(".")
    assert cause.do.endswith(".")


def test_the_search_sees_keys_wherever_they_stand() -> None:
    source = 'Problem(f, 1, "a", w)\nline.problem("b" if x else "c", w)\nclass W:\n    KEY: str = "d"'
    assert sorted(keys_in(source)) == ["a", "b", "c", "d"]
