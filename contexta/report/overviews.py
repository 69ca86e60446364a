"""The pages about many runs: the index of all projects, a page for each project, and their archives."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from contexta.contract import Problem, Project, StableRef
from contexta.contract.fields import chronological
from contexta.report import cells, measures, run_tables
from contexta.report.archives import Archive, Shelf, shelve
from contexta.report.document import INDEX, Block, Chart, Document, Fact, Facts, Line, Note, Number, Prose, Ref, Section, Table
from contexta.report.run.background import problem_table
from contexta.report.summary import DeploymentSummary, Headline, ProjectName, ProjectSummary, RunSummary, Summary

Runs = Sequence[RunSummary]
Deployments = Sequence[DeploymentSummary]
S = TypeVar("S", RunSummary, DeploymentSummary)

# As many trends as a page shows, and as many rows of problems as the index does.
MAX_TRENDS = 10
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class _Shelves:
    """All that the index or the page of a project tells of, in order and cut."""

    runs: Shelf[RunSummary]
    deployments: Shelf[DeploymentSummary]
    projects: Shelf[ProjectSummary]

    def archives(self) -> tuple[Archive[Any], ...]:
        return (*self.runs.archives, *self.deployments.archives, *self.projects.archives)


def _oldest_first(many: Iterable[S]) -> list[S]:
    return sorted(many, key=lambda one: (chronological(one.started_at), one.ref))


def _shelves(scope: Ref, projects: Iterable[ProjectSummary], runs: Runs, deployments: Deployments) -> _Shelves:
    """Of runs and deployments that are in order."""
    created = sorted(projects, key=lambda one: (chronological(one.created_at), one.ref))
    return _Shelves(shelve("runs", scope, runs), shelve("deployments", scope, deployments), shelve("projects", scope, created))


def archives_of_index(projects: Sequence[Project], runs: Runs, deployments: Deployments) -> tuple[Archive[Any], ...]:
    """The archives that belong to the index."""
    summaries = _summaries(projects, runs, deployments)
    return _shelves(INDEX, summaries, _oldest_first(runs), _oldest_first(deployments)).archives()


def archives_of_project(project: Project, runs: Runs, deployments: Deployments) -> tuple[Archive[Any], ...]:
    """The archives that belong to the page of a project."""
    return _shelves(cells.ref(project), (), _oldest_first(runs), _oldest_first(deployments)).archives()


def build_index(projects: Sequence[Project], runs: Runs, deployments: Deployments, problems: Sequence[Problem], title: str) -> Document:
    """All projects: what needs attention, the newest runs, the deployments, and what is wrong with lines that belong to no run."""
    runs, deployments = _oldest_first(runs), _oldest_first(deployments)
    shelves = _shelves(INDEX, _summaries(projects, runs, deployments), runs, deployments)
    sections = [Section("Needs Attention", (_attention(runs, deployments, problems),))]
    if runs:
        sections.append(_section(shelves.runs, run_tables.runs_with_project(shelves.runs.shown)))
    else:
        sections.append(Section("Runs", (Note("No line of this workspace names a run."),)))
    if deployments:
        sections.append(_section(shelves.deployments, run_tables.deployments(shelves.deployments.shown)))
    if projects:
        sections.append(_section(shelves.projects, run_tables.projects(shelves.projects.shown)))
    if problems:
        found = problem_table("What was found in lines that name no run", problems, limit=MAX_PROBLEMS)
        sections.append(Section("Data Health", (found,)))
    return Document(title, "index", INDEX, tuple(sections), as_of=_as_of([*runs, *deployments]))


def build_project(project: Project, runs: Runs, deployments: Deployments) -> Document:
    """One project: its runs, how its headline numbers went from run to run, and what is deployed."""
    runs, deployments = _oldest_first(runs), _oldest_first(deployments)
    shelves = _shelves(cells.ref(project), (), runs, deployments)
    sections = [Section("Summary", tuple(_project_summary(project, runs, deployments)))]
    sections.append(Section("Needs Attention", (_attention(runs, deployments),)))
    if runs:
        sections.append(_section(shelves.runs, *run_tables.runs_of_project(shelves.runs.shown)))
    if trends := tuple(_trends(runs)):
        sections.append(Section("Trends", trends))
    if deployments:
        sections.append(_section(shelves.deployments, run_tables.deployments(shelves.deployments.shown)))
    return Document(project.name, "project", cells.ref(project), tuple(sections), up=(INDEX,), as_of=_as_of([*runs, *deployments]))


def build_archive(archive: Archive[Any]) -> Document:
    """The page of an archive: its members, the newest first, and where to go from here."""
    table, note = _archived(archive)
    inner = archive.scope != INDEX
    return Document(
        title=archive.ref.text,
        kind="project" if inner else "index",
        subject=archive.ref,
        sections=(Section(archive.kind.capitalize(), (archive.neighbours(), replace(table, note=note))),),
        up=(INDEX, archive.scope) if inner else (INDEX,),
        as_of=_as_of(archive.members),
    )


def _archived(archive: Archive[Any]) -> tuple[Table, str]:
    members = archive.members[::-1]
    match archive.kind:
        case "runs" if archive.scope != INDEX:
            return run_tables.runs_of_project(members)
        case "runs":
            return run_tables.runs_with_project(members), ""
        case "deployments":
            return run_tables.deployments(members), ""
        case "projects":
            return run_tables.projects(members), ""


def _section(shelf: Shelf[Any], table: Table, note: str = "") -> Section:
    """What is shown of a shelf, and where the rest is."""
    shown = replace(table, note=" ".join(filter(None, (shelf.note(), note))), total=shelf.total)
    older = shelf.contents()
    return Section(shelf.kind.capitalize(), (shown, older) if older else (shown,))


def projects_of(described: Iterable[Project], runs: Runs, deployments: Deployments) -> list[Project]:
    """Every project that a put describes, or whose runs or deployments are there; an inferred one began with its first run."""
    found = {str(project.ref): project for project in described}
    named = {one.project for one in (*runs, *deployments)}
    for project in sorted(named, key=lambda one: (chronological(one.created_at), one)):
        if project.ref not in found:
            found[project.ref] = _project(project)
    return [project for _, project in sorted(found.items())]


def _project(said: ProjectName) -> Project:
    return Project(project_ref=StableRef.parse(said.ref), name=said.name, created_at=said.created_at, inferred=said.inferred)


def by_project(many: Iterable[S]) -> Mapping[str, list[S]]:
    """The runs, or the deployments, of each project."""
    found: dict[str, list[S]] = {}
    for one in many:
        found.setdefault(one.project.ref, []).append(one)
    return found


def _summaries(projects: Iterable[Project], runs: Runs, deployments: Deployments) -> list[ProjectSummary]:
    runs_of, deployments_of = by_project(runs), by_project(deployments)
    return [_summary(project, runs_of.get(str(project.ref), ()), deployments_of.get(str(project.ref), ())) for project in projects]


def _summary(project: Project, runs: Runs, deployments: Deployments) -> ProjectSummary:
    return ProjectSummary(
        ref=str(project.ref),
        name=project.name,
        created_at=project.created_at,
        runs=len(runs),
        deployments=len(deployments),
        newest=max(runs, key=lambda one: (chronological(one.started_at), one.ref), default=None),
    )


def _attention(runs: Runs, deployments: Deployments, problems: Sequence[Problem] = ()) -> Block:
    found = run_tables.attention([*reversed(runs), *reversed(deployments)], problems)
    return found if found.items else Note("Nothing needs attention.")


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


def _trends(runs: Runs) -> Iterator[Block]:
    """How the numbers that most runs have went from the oldest run to the newest."""
    found: defaultdict[tuple[str, str], list[tuple[int, Headline]]] = defaultdict(list)
    for place, one in enumerate(runs):
        for headline in one.headlines:
            found[headline[:2]].append((place, headline))
    courses = {measured: points for measured, points in found.items() if len(points) > 1}
    drawn = set(sorted(courses, key=lambda measured: -len(courses[measured]))[:MAX_TRENDS])
    yield from (_trend(points, runs) for measured, points in courses.items() if measured in drawn)
    if len(drawn) < len(courses):
        yield Note(f"{len(drawn):,} of {len(courses):,} trends are drawn: those of the numbers that most runs have.")


def _trend(points: Sequence[tuple[int, Headline]], runs: Runs) -> Chart:
    label, unit = run_tables.measure(points[-1][1]), points[-1][1].unit
    values = [headline.value for _, headline in points]
    kept = measures.extremes(values, measures.MAX_POINTS)
    line = Line.through(label, ((float(points[place][0]), values[place] if math.isfinite(values[place]) else None) for place in kept))
    names = tuple(runs[place].name for place in (points[0][0], points[-1][0]))
    return Chart(f"{label} over runs", unit, "index", names, (line,), len(points))


def _as_of(many: Iterable[Summary | ProjectSummary]) -> str | None:
    return max((one.as_of for one in many if one.as_of), key=chronological, default=None)
