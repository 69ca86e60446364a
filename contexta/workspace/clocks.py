"""Times that cannot all be right: a clock was wrong, or was set meanwhile."""

from collections.abc import Iterable, Iterator
from typing import Any

from contexta.contract import BatchExecution, DeploymentExecution, Problem, Run, StageExecution, seconds_between
from contexta.contract.fields import is_before, is_time
from contexta.workspace.lines import Located, Unusable
from contexta.workspace.mentions import Mentions
from contexta.workspace.puts import Put

# Seconds that the clocks of several machines may differ by, and that a result may be written down after its scope ended.
APART, LATE = 1.0, 3600.0

# Of a file that several processes write, lines may stand so many seconds out of their order: one may be held up before it writes.
HELD_UP = 10.0

# Where a frame says when it was written.
_WRITTEN = ("captured_at", "appended_at", "put_at")


def out_of_their_time(puts: Iterable[Put], mentions: Mentions) -> Iterator[Problem]:
    """Scopes in which something was seen before they began or after they ended, at the line that says when that was."""
    for put in puts:
        model = put.model
        if not isinstance(model, Run | StageExecution | BatchExecution | DeploymentExecution):
            continue
        seen = mentions.seen[model.ref]
        if (early := _seconds(seen.first, model.started_at)) > APART:
            what = f"{model.ref} began at {model.started_at}, but something in it was seen {early:,.0f} s before, at {seen.first}"
            yield Problem(put.file, put.line, "seen_before_start", what)
        # What is deployed is measured for as long as it is used.
        ended = None if isinstance(model, DeploymentExecution) else model.ended_at
        if ended and (late := _seconds(ended, seen.last)) > LATE:
            what = f"{model.ref} ended at {ended}, but something in it was seen {late:,.0f} s after, at {seen.last}"
            yield Problem(put.file, put.line, "seen_after_end", what, "info")


def _seconds(first: str, then: str) -> float:
    """How many seconds a time is before another; 0 where it is not."""
    return seconds_between(first, then) if is_before(first, then) else 0


def out_of_order(lines: Iterable[Located | Unusable]) -> Iterator[Problem]:
    """Where in a file the times at which lines were written go back, and where numbered lines are not one after the other."""
    newest, unusable = "", 0
    highest: int | None = None
    for line in lines:
        if isinstance(line, Unusable):
            unusable += line.problem.severity != "info"
            continue
        frame = line.value if isinstance(line.value, dict) else {}
        written = _written(frame)
        if written and is_before(written, newest):
            if (back := seconds_between(written, newest)) > HELD_UP:
                what = f"was written at {written}, {back:,.0f} s before a line above it: the clock was set back, or lines were put together"
                yield line.problem("clock_set_back", what)
                newest = written
        else:
            newest = written or newest
        if type(number := frame.get("sequence")) is int:
            yield from _number(line, highest, number, unusable)
            highest, unusable = number if number == 1 else max(highest or 0, number), 0


def _written(frame: dict[str, Any]) -> str:
    found = next((frame[name] for name in _WRITTEN if name in frame), "")
    return found if is_time(found) else ""


def _number(line: Located, highest: int | None, number: int, unusable: int) -> Iterator[Problem]:
    """What is wrong about a number, by the highest before it; each line since then that cannot be used stands for one."""
    if highest is None or number == 1:
        return
    if highest + 1 < number - unusable:
        yield line.problem("broken_sequence", f"is number {number} and follows number {highest}: lines between them are not there")
    elif number <= highest:
        what = f"is number {number} and follows number {highest}: lines stand twice, or are of several writers"
        yield line.problem("broken_sequence", what, severity="info")
