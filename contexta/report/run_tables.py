"""Tables of runs and deployments, as the pages about many show them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contexta.contract import Problem, Project
from contexta.contract.fields import chronological
from contexta.report import cells
from contexta.report.diagnostics import MAX_ISSUES, problem_issue, worst_first
from contexta.report.document import INDEX, Cell, Fact, Issues, Number, Pairs, Table, Text
from contexta.report.summary import Attention, DeploymentSummary, RunSummary

Runs = Sequence[RunSummary]
Deployments = Sequence[DeploymentSummary]


def newest_first(runs: Iterable[RunSummary]) -> list[RunSummary]:
    """Runs by start, the newest first."""
    return sorted(runs, key=lambda one: (chronological(one.run.started_at), one.run.ref), reverse=True)


def newest_deployments_first(deployments: Iterable[DeploymentSummary]) -> list[DeploymentSummary]:
    """Deployments by start, the newest first."""
    return sorted(deployments, key=lambda one: (chronological(one.deployment.started_at), one.deployment.ref), reverse=True)


def runs_with_project(runs: Iterable[RunSummary]) -> Table:
    """Runs of several projects, each with its own headline numbers in one cell."""
    titles = ("Run", "Project", "Status", "Started", "Duration", "Headline numbers", "Attention")
    return cells.table("Runs, newest first", titles, map(_row_with_project, newest_first(runs)))


def _row_with_project(one: RunSummary) -> tuple[Cell, ...]:
    name, *lifecycle = _lifecycle(one)
    numbers = Pairs(tuple((measure(fact), fact.value) for fact in one.headlines[:3])) if one.headlines else None
    return (name, cells.ref(one.project), *lifecycle, numbers, _attention_cell(one.attention))


def runs_of_project(runs: Iterable[RunSummary]) -> Table:
    """Runs of one project, a column for each headline number."""
    ordered = newest_first(runs)
    numbers = [{_column(fact): fact.value for fact in one.headlines} for one in ordered]
    columns = tuple(dict.fromkeys(name for one in numbers for name in one))
    rows = (
        (*_lifecycle(one), *(_without_unit(own.get(name)) for name in columns), _attention_cell(one.attention))
        for one, own in zip(ordered, numbers, strict=True)
    )
    return cells.table("Runs, newest first", ("Run", "Status", "Started", "Duration", *columns, "Attention"), rows)


def measure(fact: Fact) -> str:
    """What a headline number measures: its metric and stage, because accuracy in training is not accuracy in evaluation."""
    return f"{fact.label} · {fact.note}" if fact.note else fact.label


def _column(fact: Fact) -> str:
    unit = fact.value.unit if isinstance(fact.value, Number) else None
    return f"{measure(fact)} ({unit})" if unit else measure(fact)


def _without_unit(cell: Cell) -> Cell:
    return Number(cell.value) if isinstance(cell, Number) else cell


def _lifecycle(one: RunSummary) -> tuple[Cell, ...]:
    run = one.run
    return cells.ref(run), cells.status(run), cells.time(run.started_at), cells.lasted(run)


def _attention_cell(attention: Attention) -> Cell:
    counts = (("error", attention.errors), ("warning", attention.warnings))
    words = [cells.counted(number, word) for word, number in counts if number]
    return Text(", ".join(words)) if words else None


def deployments(many: Iterable[DeploymentSummary]) -> Table:
    """Deployments with the run they came from."""
    titles = ("Deployment", "Project", "Status", "Started", "Run", "Artifact", "Attention")
    return cells.table("Deployments, newest first", titles, map(_deployment_row, newest_deployments_first(many)))


def _deployment_row(one: DeploymentSummary) -> tuple[Cell, ...]:
    deployment = one.deployment
    return (
        cells.ref(deployment),
        cells.ref(one.project),
        cells.status(deployment),
        cells.time(deployment.started_at),
        cells.bare_ref(deployment.run_ref) if deployment.run_ref else None,
        cells.bare_ref(deployment.artifact_ref) if deployment.artifact_ref else None,
        _attention_cell(one.attention),
    )


def attention(runs: Runs, many: Deployments, problems: Sequence[Problem]) -> Issues:
    """What is wrong with lines of no run, then the worst issues of each run and deployment: errors first, the newest first."""
    of_files = [problem_issue(problem, INDEX) for problem in problems if problem.severity != "info"]
    ranked = [
        *((one.attention, cells.ref(one.run)) for one in newest_first(runs)),
        *((one.attention, cells.ref(one.deployment)) for one in newest_deployments_first(many)),
    ]
    of_runs = [replace(issue, subject=subject) for found, subject in ranked for issue in found.worst]
    total = len(of_files) + sum(found.total for found, _ in ranked)
    return Issues(worst_first([*of_files, *of_runs])[:MAX_ISSUES], total)


def project_row(project: Project, runs: Runs, many: Deployments) -> tuple[Cell, ...]:
    """One project in the list of all, with its own runs and deployments."""
    newest = newest_first(runs)[0] if runs else None
    return (
        cells.ref(project),
        Number(len(runs)) if runs else None,
        Number(len(many)) if many else None,
        cells.ref(newest.run) if newest else None,
        cells.status(newest.run) if newest else None,
        cells.time(newest.run.started_at) if newest else None,
    )
