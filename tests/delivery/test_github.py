"""Annotations within GitHub's limits, and no text of a workspace that a runner takes for a command."""

import re

import pytest
from hypothesis import given

from contexta.delivery.gate import Outcome
from contexta.delivery.github import MAX_ANNOTATIONS, annotations, harmless
from contexta.report.document import Issue
from contexta.report.inline import Ref, Severity
from tests.delivery.hostile import EVIL, texts

_REGISTERED = ("error", "warning", "notice", "debug", "add-mask", "add-matcher", "stop-commands", "set-output", "group", "echo")


def commands(output: str) -> list[tuple[str, str, str]]:
    """What a runner makes of some output: name, properties and data of each command; after `ActionCommand.cs` of actions/runner."""
    lines = [line.lstrip() for line in re.split(r"\r\n|\r|\n", output)]
    found = [re.match(r"::(?P<name>[^ :]+) ?(?P<properties>.*?)::(?P<data>.*)", line, re.DOTALL) for line in lines]
    legacy = [re.search(r"##\[(?P<name>[^ \]]+)(?P<properties>[^\]]*)\](?P<data>.*)", line, re.DOTALL) for line in lines]
    return [(one["name"], one["properties"], one["data"]) for one in (*found, *legacy) if one and one["name"].lower() in _REGISTERED]


def decoded(text: str) -> str:
    for sign, code in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        text = text.replace(code, sign)
    return text


def issue(severity: Severity, key: str = "failed_stage", sentence: str = "Stage train failed.") -> Issue:
    return Issue(severity, key, sentence, Ref("stage:demo.r1.train", "train"))


def failed(rule: str = "loss < 1", evidence: str = "2 in train") -> Outcome:
    return Outcome(rule, passed=False, evidence=evidence)


def said(outcomes: list[Outcome], issues: list[Issue]) -> list[tuple[str, str, str]]:
    return commands("\n".join(annotations(outcomes, issues)))


def test_rules_that_failed_and_errors_become_errors_warnings_warnings() -> None:
    outcomes = [Outcome("a > 1", passed=True, evidence="2"), failed()]
    assert said(outcomes, [issue("error"), issue("warning", "torn_line", "x:1: torn"), issue("info")]) == [
        ("error", "title=Rule failed", "loss < 1: 2 in train"),
        ("error", "title=failed_stage", "Stage train failed."),
        ("warning", "title=torn_line", "x:1: torn"),
    ]


def test_where_nothing_is_wrong_nothing_is_annotated() -> None:
    assert said([Outcome("a > 1", passed=True, evidence="2")], [issue("info")]) == []


def test_ten_of_a_level_are_told_each() -> None:
    assert len(said([], [issue("error")] * 10 + [issue("warning")] * 10)) == 20


def test_of_more_than_a_step_may_have_the_last_counts_the_rest() -> None:
    found = said([failed()], [issue("error")] * 30 + [issue("warning")] * 11)
    assert [level for level, _, _ in found] == ["error"] * MAX_ANNOTATIONS + ["warning"] * MAX_ANNOTATIONS
    assert found[0][1] == "title=Rule failed"
    assert found[9] == ("error", "title=And more", "22 more of this kind; the report has all")
    assert found[19][2].startswith("2 more")


def test_a_long_message_is_shortened() -> None:
    (found,) = said([], [issue("error", sentence="x" * 100_000)])
    assert len(found[2]) == 1_000


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_is_a_command(evil: str) -> None:
    assert commands(harmless(evil)) == []
    assert len(said([failed(evil, evil)], [issue("error", evil, evil), issue("warning", evil, evil)])) == 3


@given(texts)
def test_whatever_is_said_is_one_line_and_no_command(text: str) -> None:
    line = harmless(text)
    assert commands(line) == []
    assert len(line.splitlines()) <= 1
    assert "##vso[" not in line


@given(texts, texts)
def test_an_annotation_says_what_was_meant_and_nothing_else(title: str, message: str) -> None:
    (line,) = annotations([], [issue("error", title, message)])
    level, properties, data = commands(line)[0]
    assert (level, decoded(properties), decoded(data)) == ("error", f"title={harmless(title)}", harmless(message))
    assert commands(line)[1:] == []
