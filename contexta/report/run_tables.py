"""Tables of runs and deployments, as the pages about many show them."""

from collections.abc import Iterable, Sequence

from contexta.contract import Problem, Project
from contexta.contract.fields import chronological
from contexta.report import cells
from contexta.report.document import Cell, Code, Level, Number, Pairs, Table, Text
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
    numbers = Pairs(tuple((fact.label, fact.value) for fact in one.headlines[:3])) if one.headlines else None
    return (name, cells.ref(one.project), *lifecycle, numbers, _attention_cell(one.attention))


def runs_of_project(runs: Iterable[RunSummary]) -> Table:
    """Runs of one project, a column for each headline number."""
    ordered = newest_first(runs)
    labels = tuple(dict.fromkeys(fact.label for one in ordered for fact in one.headlines))
    rows = []
    for one in ordered:
        numbers = {fact.label: fact.value for fact in one.headlines}
        rows.append((*_lifecycle(one), *(numbers.get(label) for label in labels), _attention_cell(one.attention)))
    return cells.table("Runs, newest first", ("Run", "Status", "Started", "Duration", *labels, "Attention"), rows)


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


def attention(runs: Runs, many: Deployments, problems: Sequence[Problem]) -> Table | None:
    """What is wrong with lines of no run, then the worst issues of each run and deployment: errors first, the newest first."""
    rows: list[tuple[Cell, ...]] = [
        (Code(problem.place), None, Level(problem.severity), Text(problem.what)) for problem in problems if problem.severity != "info"
    ]
    ranked = [
        *((one.attention, cells.ref(one.run), cells.ref(one.project)) for one in newest_first(runs)),
        *((one.attention, cells.ref(one.deployment), cells.ref(one.project)) for one in newest_deployments_first(many)),
    ]
    for found, subject, project in sorted((one for one in ranked if one[0].total), key=lambda one: one[0].errors == 0):
        rows += [(subject, project, Level(issue.severity), Text(issue.sentence)) for issue in found.worst]
        if more := found.total - len(found.worst):
            rows.append((subject, project, None, Text(f"and {cells.counted(more, 'more issue')} on its page")))
    return cells.table("", ("Where", "Project", "Severity", "What"), rows) if rows else None


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
