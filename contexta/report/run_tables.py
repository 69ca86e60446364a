"""Tables of runs and projects, as the pages about many show them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from contexta.report import cells, progress
from contexta.report.directions import Directions
from contexta.report.document import Table
from contexta.report.inline import Cell, Change, Number, Pairs, Ref, Text
from contexta.report.phrases import counted
from contexta.report.summary import Attention, Headline, Measure, ProjectName, ProjectSummary, RunSummary

# As many headline numbers as have a column of their own.
MAX_COLUMNS = 10

Changes = Mapping[str, Change]


def runs_with_project(runs: Iterable[RunSummary], scope: Ref, changes: Changes, directions: Directions) -> Table:
    """Runs of several projects, each with its own leading number; `changes` are those of these numbers, by run."""

    def row(one: RunSummary) -> tuple[Cell, ...]:
        return (
            one.link(),
            project_cell(one.project, scope),
            one.standing(),
            number_cell(progress.leading(one, directions)),
            changes.get(one.ref),
            attention_cell(one.attention),
            cells.time(one.started_at),
            one.lasted(),
        )

    titles = ("Run", "Project", "Status", "Headline number", "Change", "Attention", "Started", "Duration")
    return cells.table("Runs, newest first", titles, map(row, runs))


def runs_of_project(runs: Sequence[RunSummary], leading: Measure | None, changes: Changes) -> tuple[Table, str]:
    """Runs of one project, a column for each headline number, the leading one first and beside it how it changed.

    And what to say where there are too many numbers for that.
    """
    numbers = [{headline.measure: Number(headline.value) for headline in one.headlines} for one in runs]
    first, rest, left = _columns(Counter(measure for one in numbers for measure in one), leading)
    titles = ("Run", "Status", *map(_column, first), "Change", "Attention", "Started", "Duration", *map(_column, rest))
    rows = (
        (*_judged(one, map(own.get, first), changes), cells.time(one.started_at), one.lasted(), *map(own.get, rest))
        for one, own in zip(runs, numbers, strict=True)
    )
    note = f"{counted(left, 'number')} that fewer runs have stand on the runs' own pages." if left else ""
    return cells.table("Runs, newest first", titles, rows), note


def _judged(one: RunSummary, leading: Iterable[Cell], changes: Changes) -> tuple[Cell, ...]:
    return (one.link(), one.standing(), *leading, changes.get(one.ref), attention_cell(one.attention))


def _columns(found: Counter[Measure], leading: Measure | None) -> tuple[Sequence[Measure], Sequence[Measure], int]:
    """The leading number where any run has it; the others that most runs have, in the order of their first; how many are left out."""
    first = [leading] if leading and leading in found else []
    kept = {*[measure for measure, _ in found.most_common() if measure != leading][: MAX_COLUMNS - len(first)]}
    rest = [measure for measure in found if measure in kept]
    return first, rest, len(found) - len(first) - len(rest)


def words(measure: Measure) -> str:
    """What a number measures: its metric and stage, because accuracy in training is not accuracy in evaluation."""
    return f"{measure.label} · {measure.note}" if measure.note else measure.label


def _column(measure: Measure) -> str:
    return f"{words(measure)} ({measure.unit})" if measure.unit else words(measure)


def number_cell(headline: Headline | None) -> Pairs | None:
    """A number and what it measures, for a column in which these differ."""
    return None if headline is None else Pairs(((words(headline.measure), Number(headline.value, headline.unit)),))


def project_cell(project: ProjectName, scope: Ref) -> Ref | None:
    """A project, called by its name; not where the page tells of no other."""
    return None if project.ref == scope.ref else Ref(project.ref, project.name)


def attention_cell(attention: Attention) -> Text | None:
    """How much needs attention."""
    said = attention.counted()
    return Text(said) if said else None


def projects(many: Iterable[ProjectSummary]) -> Table:
    """Projects by name, each with its newest run, and how its leading number went over its runs."""
    titles = ("Project", "Headline number", "Change", "Over runs", "Newest run", "Status", "Started", "Runs", "Deployments")
    return cells.table("", titles, map(_project_row, sorted(many, key=lambda one: one.ref)))


def _project_row(one: ProjectSummary) -> tuple[Cell, ...]:
    newest = one.newest
    return (
        Ref(one.ref, one.name),
        number_cell(one.leading),
        one.change,
        one.spark,
        newest.link() if newest else None,
        newest.standing() if newest else None,
        cells.time(newest.started_at) if newest else None,
        Number(one.runs) if one.runs else None,
        Number(one.deployments) if one.deployments else None,
    )
