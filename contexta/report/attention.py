"""What needs attention in many runs and deployments: a line for each, the worst first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from contexta.contract import Problem
from contexta.contract.fields import chronological
from contexta.report import cells
from contexta.report.diagnostics import problem_issue
from contexta.report.document import Block, Details, Issue, Issues, Note
from contexta.report.inline import INDEX, Level, Text
from contexta.report.summary import Summary

# As many lines as stand on a page, and as stand folded below them.
MAX_LINES, MAX_FOLDED = 10, 40


def attention(many: Iterable[Summary], problems: Iterable[Problem] = ()) -> Iterator[Block]:
    """What is wrong with lines of no run, then with each run and deployment: errors first, of these the newest first."""
    of_files = [problem_issue(problem, INDEX) for problem in problems if problem.severity != "info"]
    concerned = [one for one in many if one.attention.worst]
    total = len(of_files) + len(concerned)
    if not total:
        yield Note("Nothing needs attention.")
        return
    lines = _worst_first(sorted(concerned, key=lambda one: (chronological(one.started_at), one.ref), reverse=True), of_files)
    yield Issues(tuple(islice(lines, MAX_LINES)), total)
    if folded := tuple((Level(line.severity), line.subject, Text(line.sentence)) for line in islice(lines, MAX_FOLDED)):
        table = cells.table("What else needs attention", ("Severity", "Where", "What"), folded)
        yield Details(replace(table, total=total - MAX_LINES))


def _worst_first(newest_first: Sequence[Summary], of_files: Sequence[Issue]) -> Iterator[Issue]:
    for severity in ("error", "warning"):
        yield from (issue for issue in of_files if issue.severity == severity)
        yield from (_line(one) for one in newest_first if one.attention.worst[0].severity == severity)


def _line(one: Summary) -> Issue:
    """The worst of one, and how much more there is."""
    severity, key, sentence = one.attention.worst[0]
    rest = one.attention.others()
    return Issue(severity, key, f"{sentence} And {rest}." if rest else sentence, one.link())
