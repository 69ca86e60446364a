"""Tables of runs, deployments and projects, as the pages about many show them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat

from contexta.contract import Problem
from contexta.report import cells
from contexta.report.diagnostics import problem_issue
from contexta.report.document import INDEX, Cell, Issue, Issues, Number, Pairs, Ref, Table, Text
from contexta.report.summary import Attention, DeploymentSummary, Headline, ProjectName, ProjectSummary, RunSummary, Summary

# As many headline numbers as have a column of their own.
MAX_COLUMNS = 10

# As many issues as a page about many shows.
MAX_ISSUES = 100


def runs_with_project(runs: Iterable[RunSummary]) -> Table:
    """Runs of several projects, each with its own headline numbers in one cell."""
    titles = ("Run", "Project", "Status", "Started", "Duration", "Headline numbers", "Attention")
    return cells.table("Runs, newest first", titles, map(_row_with_project, runs))


def _row_with_project(one: RunSummary) -> tuple[Cell, ...]:
    name, *lifecycle = _lifecycle(one)
    numbers = Pairs(tuple((measure(one), Number(one.value, one.unit)) for one in one.headlines[:3])) if one.headlines else None
    return (name, _project(one.project), *lifecycle, numbers, _attention_cell(one.attention))


def runs_of_project(runs: Sequence[RunSummary]) -> tuple[Table, str]:
    """Runs of one project, a column for each headline number; and what to say where there are too many of these."""
    numbers = [{_column(headline): Number(headline.value) for headline in one.headlines} for one in runs]
    columns, left = _most_common(name for one in numbers for name in one)
    rows = (
        (*_lifecycle(one), *(own.get(name) for name in columns), _attention_cell(one.attention))
        for one, own in zip(runs, numbers, strict=True)
    )
    note = f"{cells.counted(left, 'number')} that fewer runs have stand on the runs' own pages." if left else ""
    return cells.table("Runs, newest first", ("Run", "Status", "Started", "Duration", *columns, "Attention"), rows), note


def _most_common(names: Iterable[str]) -> tuple[Sequence[str], int]:
    """As many different names as there may be columns, those that occur most, in the order of their first; and how many are left out."""
    found = Counter(names)
    kept = {name for name, _ in found.most_common(MAX_COLUMNS)}
    return [name for name in found if name in kept], len(found) - len(kept)


def measure(headline: Headline) -> str:
    """What a headline number measures: its metric and stage, because accuracy in training is not accuracy in evaluation."""
    return f"{headline.label} · {headline.note}" if headline.note else headline.label


def _column(headline: Headline) -> str:
    return f"{measure(headline)} ({headline.unit})" if headline.unit else measure(headline)


def _project(project: ProjectName) -> Ref:
    return Ref(project.ref, project.name)


def _last_component(ref: str | None) -> Ref | None:
    return None if ref is None else Ref(ref, ref.rpartition(".")[2])


def _lifecycle(one: RunSummary) -> tuple[Cell, ...]:
    return one.link(), one.standing(), cells.time(one.started_at), one.lasted()


def _attention_cell(attention: Attention) -> Cell:
    counts = (("error", attention.errors), ("warning", attention.warnings))
    words = [cells.counted(number, word) for word, number in counts if number]
    return Text(", ".join(words)) if words else None


def deployments(many: Iterable[DeploymentSummary]) -> Table:
    """Deployments with the run they came from."""
    titles = ("Deployment", "Project", "Status", "Started", "Run", "Artifact", "Attention")
    return cells.table("Deployments, newest first", titles, map(_deployment_row, many))


def _deployment_row(one: DeploymentSummary) -> tuple[Cell, ...]:
    return (
        one.link(),
        _project(one.project),
        one.standing(),
        cells.time(one.started_at),
        _last_component(one.run_ref),
        _last_component(one.artifact_ref),
        _attention_cell(one.attention),
    )


def projects(many: Iterable[ProjectSummary]) -> Table:
    """Projects by name, each with its newest run."""
    titles = ("Project", "Runs", "Deployments", "Newest run", "Status", "Started")
    return cells.table("", titles, map(_project_row, sorted(many, key=lambda one: one.ref)))


def _project_row(one: ProjectSummary) -> tuple[Cell, ...]:
    newest = one.newest
    return (
        Ref(one.ref, one.name),
        Number(one.runs) if one.runs else None,
        Number(one.deployments) if one.deployments else None,
        newest.link() if newest else None,
        newest.standing() if newest else None,
        cells.time(newest.started_at) if newest else None,
    )


def attention(newest_first: Sequence[Summary], problems: Iterable[Problem]) -> Issues:
    """What is wrong with lines of no run, then the worst issues of each run and deployment: errors first, the newest first."""
    of_files = [problem_issue(problem, INDEX) for problem in problems if problem.severity != "info"]
    total = len(of_files) + sum(one.attention.total for one in newest_first)
    return Issues(tuple(islice(_worst_first(newest_first, of_files), MAX_ISSUES)), total)


def _worst_first(newest_first: Sequence[Summary], of_files: Sequence[Issue]) -> Iterator[Issue]:
    for severity in ("error", "warning"):
        yield from (issue for issue in of_files if issue.severity == severity)
        concerns = chain.from_iterable(zip(one.attention.worst, repeat(one), strict=False) for one in newest_first)
        yield from (Issue(*concern, one.link()) for concern, one in concerns if concern.severity == severity)
