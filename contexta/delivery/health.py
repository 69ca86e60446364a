"""What is wrong with a workspace, as text for a person and JSON for a program."""

from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap

import orjson

from contexta.render import words
from contexta.report.health import Examination, Group
from contexta.report.phrases import counted

# As many places of a cause, and as many letters of what is wrong there, stand in the text; JSON has more.
PLACES, LETTERS = 5, 240

_WIDTH = 100


def to_json(name: str, read: Mapping[str, int], found: Examination) -> bytes:
    """The findings of the workspace of that name; `read` is what was examined: `run`, `file` → how many."""
    told = {
        "workspace": name,
        "read": {f"{word}s": count for word, count in read.items()},
        "counts": {severity: found.count(severity) for severity in ("error", "warning", "info")},
        "causes": [group.to_dict() for group in found.groups()],
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def to_text(name: str, read: Mapping[str, int], found: Examination) -> bytes:
    """Likewise, by cause with the first places, then a sentence."""
    lines = [line for group in found.groups() for line in _group(group)]
    verdict = ", ".join(filter(None, ("nothing is wrong" if found.is_clean else "", _severities(found.count))))
    what = _and([counted(count, word) for word, count in read.items()])
    return "\n".join([*lines, f"{words.one_line(name)}: {verdict}. Read: {what}.", ""]).encode("utf-8", "replace")


def _group(group: Group) -> Iterator[str]:
    """A cause, the first places, what it means and what to do."""
    yield f"{words.LEVEL_SIGNS[group.severity]} {group.cause.title} ({_severities(group.counts.__getitem__)})"
    for one in group.first[:PLACES]:
        yield f"    {words.one_line(one.place)}: {words.shortened(words.one_line(one.what), LETTERS)}"
    if (more := group.counts.total() - PLACES) > 0:
        yield f"    and {more:,} more"
    for title, text in (("What it means", group.cause.means), ("What to do   ", group.cause.do)):
        yield from wrap(text, _WIDTH, initial_indent=f"  {title}  ", subsequent_indent=" " * 17)
    yield ""


def _severities(count: Callable[[str], int]) -> str:
    """`1 error, 12 warnings and 2 notes`; empty where there is none."""
    named = (("error", "error"), ("warning", "warning"), ("info", "note"))
    return _and([counted(count(severity), word) for severity, word in named if count(severity)])


def _and(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
