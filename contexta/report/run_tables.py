"""Tables of runs and deployments, as the pages about many show them."""

from collections.abc import Iterable, Sequence

from contexta.contract import Problem, Project
from contexta.contract.fields import chronological
from contexta.report import cells
from contexta.report.diagnostics import MAX_ISSUES, problem_issue, worst_first
from contexta.report.document import INDEX, Cell, Issue, Issues, Number, Pairs, Ref, Table, Text
from contexta.report.summary import Attention, DeploymentSummary, Headline, ProjectName, RunSummary

Runs = Sequence[RunSummary]
Deployments = Sequence[DeploymentSummary]


def newest_first(runs: Iterable[RunSummary]) -> list[RunSummary]:
    """Runs by start, the newest first."""
    return sorted(runs, key=lambda one: (chronological(one.started_at), one.ref), reverse=True)


def newest_deployments_first(deployments: Iterable[DeploymentSummary]) -> list[DeploymentSummary]:
    """Deployments by start, the newest first."""
    return sorted(deployments, key=lambda one: (chronological(one.started_at), one.ref), reverse=True)


def runs_with_project(runs: Iterable[RunSummary]) -> Table:
    """Runs of several projects, each with its own headline numbers in one cell."""
    titles = ("Run", "Project", "Status", "Started", "Duration", "Headline numbers", "Attention")
    return cells.table("Runs, newest first", titles, map(_row_with_project, newest_first(runs)))


def _row_with_project(one: RunSummary) -> tuple[Cell, ...]:
    name, *lifecycle = _lifecycle(one)
    numbers = Pairs(tuple((measure(one), Number(one.value, one.unit)) for one in one.headlines[:3])) if one.headlines else None
    return (name, _project(one.project), *lifecycle, numbers, _attention_cell(one.attention))


def runs_of_project(runs: Iterable[RunSummary]) -> Table:
    """Runs of one project, a column for each headline number."""
    ordered = newest_first(runs)
    numbers = [{_column(headline): Number(headline.value) for headline in one.headlines} for one in ordered]
    columns = tuple(dict.fromkeys(name for one in numbers for name in one))
    rows = (
        (*_lifecycle(one), *(own.get(name) for name in columns), _attention_cell(one.attention))
        for one, own in zip(ordered, numbers, strict=True)
    )
    return cells.table("Runs, newest first", ("Run", "Status", "Started", "Duration", *columns, "Attention"), rows)


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
    return cells.table("Deployments, newest first", titles, map(_deployment_row, newest_deployments_first(many)))


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


def attention(runs: Runs, many: Deployments, problems: Sequence[Problem]) -> Issues:
    """What is wrong with lines of no run, then the worst issues of each run and deployment: errors first, the newest first."""
    of_files = [problem_issue(problem, INDEX) for problem in problems if problem.severity != "info"]
    ranked = [*newest_first(runs), *newest_deployments_first(many)]
    of_runs = [Issue(*concern, one.link()) for one in ranked for concern in one.attention.worst]
    total = len(of_files) + sum(one.attention.total for one in ranked)
    return Issues(worst_first([*of_files, *of_runs])[:MAX_ISSUES], total)


def project_row(project: Project, runs: Runs, many: Deployments) -> tuple[Cell, ...]:
    """One project in the list of all, with its own runs and deployments."""
    newest = newest_first(runs)[0] if runs else None
    return (
        cells.ref(project),
        Number(len(runs)) if runs else None,
        Number(len(many)) if many else None,
        newest.link() if newest else None,
        newest.standing() if newest else None,
        cells.time(newest.started_at) if newest else None,
    )
