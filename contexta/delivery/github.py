"""What a check says to GitHub Actions: annotations, and text that is no command.

A line is a command where it begins with `::`, or has `##[` anywhere (actions/runner, `ActionCommand.cs`); Azure Pipelines takes `##vso[`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from contexta.delivery.gate import Outcome
from contexta.render import words
from contexta.report.document import Issue

# A step may have so many annotations of a level; further ones are lost (actions/toolkit#734).
MAX_ANNOTATIONS = 10

# What no annotation needs to be longer than.
MAX_MESSAGE = 1_000

_COMMAND = re.compile(r"##(?=\[|vso\[)")
_OPENING = re.compile(r"^(\s*):(?=:)")
_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def harmless(line: str) -> str:
    """A line of text in which nothing is hidden, and that no CI system takes for a command."""
    return _OPENING.sub(r"\1: ", _COMMAND.sub("# #", words.one_line(line)))


def annotations(outcomes: Sequence[Outcome], issues: Sequence[Issue]) -> Iterator[str]:
    """Commands that annotate a step: an error for every rule that failed and every issue that is one, a warning for every such issue."""
    failed = [("Rule failed", f"{outcome.rule}: {outcome.evidence}") for outcome in outcomes if not outcome.passed]
    yield from _of_level("error", [*failed, *_told(issues, "error")])
    yield from _of_level("warning", [*_told(issues, "warning")])


def _told(issues: Sequence[Issue], severity: str) -> Iterator[tuple[str, str]]:
    return ((issue.key, issue.sentence) for issue in issues if issue.severity == severity)


def _of_level(level: str, told: Sequence[tuple[str, str]]) -> Iterator[str]:
    """As many as a step may have; the last one tells how many more there are."""
    shown = len(told) if len(told) <= MAX_ANNOTATIONS else MAX_ANNOTATIONS - 1
    for title, message in islice(told, shown):
        yield _command(level, title, message)
    if shown < len(told):
        yield _command(level, "And more", f"{len(told) - shown:,} more of this kind; the report has all")


def _command(level: str, title: str, message: str) -> str:
    text = words.shortened(harmless(message), MAX_MESSAGE)
    return f"::{level} title={_escaped(harmless(title), _IN_PROPERTY)}::{_escaped(text, _IN_DATA)}"


def _escaped(text: str, signs: Mapping[str, str]) -> str:
    return text.translate({ord(sign): written for sign, written in signs.items()})
