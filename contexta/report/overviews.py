"""The pages about many runs: the index of all projects, and a page for each project."""

import math
from collections.abc import Iterable, Sequence

from contexta.contract import Problem, Project, StableRef
from contexta.contract.fields import chronological
from contexta.report import cells, run_tables
from contexta.report.document import INDEX, Block, Chart, Document, Fact, Facts, Line, Note, Number, Prose, Section
from contexta.report.run.background import problem_table
from contexta.report.run_tables import Deployments, Runs
from contexta.report.summary import ProjectName, Summary


def _all(runs: Runs, deployments: Deployments) -> list[Summary]:
    return [*runs, *deployments]


def build_index(projects: Sequence[Project], runs: Runs, deployments: Deployments, problems: Sequence[Problem], title: str) -> Document:
    """All projects: what needs attention, the newest runs, the deployments, and what is wrong with lines that belong to no run."""
    sections = [Section("Needs Attention", (_attention(runs, deployments, problems),))]
    sections.append(Section("Runs", (run_tables.runs_with_project(runs) if runs else Note("No line of this workspace names a run."),)))
    if deployments:
        sections.append(Section("Deployments", (run_tables.deployments(deployments),)))
    if projects:
        sections.append(Section("Projects", (_projects(projects, runs, deployments),)))
    if problems:
        sections.append(Section("Data Health", (problem_table("What was found in lines that name no run", tuple(problems)),)))
    return Document(title, "index", INDEX, tuple(sections), as_of=_as_of(runs, deployments))


def build_project(project: Project, runs: Runs, deployments: Deployments) -> Document:
    """One project: its runs, how its headline numbers went from run to run, and what is deployed."""
    sections = [Section("Summary", tuple(_project_summary(project, runs, deployments)))]
    sections.append(Section("Needs Attention", (_attention(runs, deployments),)))
    if runs:
        sections.append(Section("Runs", (run_tables.runs_of_project(runs),)))
    if charts := tuple(_trends(runs)):
        sections.append(Section("Trends", charts))
    if deployments:
        sections.append(Section("Deployments", (run_tables.deployments(deployments),)))
    return Document(project.name, "project", cells.ref(project), tuple(sections), up=(INDEX,), as_of=_as_of(runs, deployments))


def projects_of(described: Iterable[Project], runs: Runs, deployments: Deployments) -> list[Project]:
    """Every project that a put describes, or whose runs or deployments are there; an inferred one began with its first run."""
    found = {project.ref: project for project in described}
    for one in sorted(_all(runs, deployments), key=lambda one: chronological(one.project.created_at)):
        found.setdefault(StableRef.parse(one.project.ref), _inferred(one.project))
    return [project for _, project in sorted(found.items())]


def _inferred(project: ProjectName) -> Project:
    return Project(project_ref=StableRef.parse(project.ref), name=project.name, created_at=project.created_at, inferred=project.inferred)


def of_project(ref: StableRef, runs: Runs, deployments: Deployments) -> tuple[Runs, Deployments]:
    """The runs and deployments of one project."""
    return [one for one in runs if one.project.ref == str(ref)], [one for one in deployments if one.project.ref == str(ref)]


def _attention(runs: Runs, deployments: Deployments, problems: Sequence[Problem] = ()) -> Block:
    found = run_tables.attention(runs, deployments, problems)
    return found if found.items else Note("Nothing needs attention.")


def _projects(projects: Iterable[Project], runs: Runs, deployments: Deployments) -> Block:
    rows = (run_tables.project_row(project, *of_project(project.ref, runs, deployments)) for project in projects)
    titles = ("Project", "Runs", "Deployments", "Newest run", "Status", "Started")
    return cells.table("", titles, rows)


def _project_summary(project: Project, runs: Runs, deployments: Deployments) -> Iterable[Block]:
    created = Fact("Created", cells.time(project.created_at), "inferred: its first run" if project.inferred else "")
    facts = [
        Fact("Project", cells.code(str(project.ref))),
        created,
        Fact("Runs", Number(len(runs))),
        Fact("Deployments", Number(len(deployments))),
    ]
    if project.tags:
        facts.append(Fact("Tags", cells.pairs(project.tags)))
    yield Facts(tuple(facts))
    if project.description:
        yield Prose(project.description)


def _trends(runs: Runs) -> Iterable[Chart]:
    oldest_first = run_tables.newest_first(runs)[::-1]
    numbers = [{run_tables.measure(headline): Number(headline.value, headline.unit) for headline in one.headlines} for one in oldest_first]
    for label in dict.fromkeys(label for one in numbers for label in one):
        values = [one.get(label) for one in numbers]
        found = [(float(place), value) for place, value in enumerate(values) if isinstance(value, Number)]
        if len(found) > 1:
            unit = found[-1][1].unit
            points = tuple((place, value.value if math.isfinite(value.value) else None) for place, value in found)
            names = tuple(oldest_first[int(place)].name for place in (found[0][0], found[-1][0]))
            yield Chart(f"{label} over runs", unit, "index", names, (Line(label, points),), len(found))


def _as_of(runs: Runs, deployments: Deployments) -> str | None:
    return max((one.as_of for one in _all(runs, deployments) if one.as_of), key=chronological, default=None)
