"""The pages about many runs: the index of all projects, a page for each project, and their archives."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from contexta.contract import Problem, Project, StableRef
from contexta.contract.fields import chronological
from contexta.report import cells, deployment_tables, progress, run_tables
from contexta.report.archives import Archive, Shelf, shelve
from contexta.report.attention import attention
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Block, Document, Fact, Facts, Note, Prose, Section, Table
from contexta.report.history import TOLD_BY, Story, stories
from contexta.report.inline import INDEX, Number, Ref
from contexta.report.problems import problem_table
from contexta.report.summary import DeploymentSummary, ProjectName, ProjectSummary, RunSummary, Summary
from contexta.report.trends import best_runs, trends

Runs = Sequence[RunSummary]
Deployments = Sequence[DeploymentSummary]
S = TypeVar("S", RunSummary, DeploymentSummary)

# As many live deployments, and as many rows of problems, as a page shows.
MAX_LIVE = 20
MAX_PROBLEMS = 100

AGAINST = "against the last run before it in its project"
CHANGE_NOTE = f"Change: of the headline number, {AGAINST} that has it and did not fail."
PROJECTS_NOTE = "The headline number is that of the newest run that did not fail; the change is against the one before it."


@dataclass(frozen=True, slots=True)
class _Shelves:
    """All that the index or the page of a project tells of, in order and cut."""

    runs: Shelf[RunSummary]
    deployments: Shelf[DeploymentSummary]
    projects: Shelf[ProjectSummary]

    def archives(self) -> tuple[Archive[Any], ...]:
        return (*self.runs.archives, *self.deployments.archives, *self.projects.archives)


def oldest_first(many: Iterable[S]) -> list[S]:
    """In order of time."""
    return sorted(many, key=lambda one: (chronological(one.started_at), one.ref))


def _shelves(scope: Ref, projects: Iterable[ProjectSummary], runs: Runs, deployments: Deployments) -> _Shelves:
    """Of runs and deployments that are in order."""
    created = sorted(projects, key=lambda one: (chronological(one.created_at), one.ref))
    return _Shelves(shelve("runs", scope, runs), shelve("deployments", scope, deployments), shelve("projects", scope, created))


def archives_of_index(
    projects: Sequence[Project], runs: Runs, deployments: Deployments, directions: Directions = BY_NAME
) -> tuple[Archive[Any], ...]:
    """The archives that belong to the index."""
    runs, deployments = oldest_first(runs), oldest_first(deployments)
    return _shelves(INDEX, _summaries(projects, runs, deployments, directions), runs, deployments).archives()


def archives_of_project(project: Project, runs: Runs, deployments: Deployments) -> tuple[Archive[Any], ...]:
    """The archives that belong to the page of a project."""
    return _shelves(cells.ref(project), (), oldest_first(runs), oldest_first(deployments)).archives()


def build_index(
    projects: Sequence[Project],
    runs: Runs,
    deployments: Deployments,
    problems: Sequence[Problem],
    title: str,
    directions: Directions = BY_NAME,
) -> Document:
    """All projects: what needs attention, what is live, how each project does, the newest runs, and what is wrong with lines of no run."""
    runs, deployments = oldest_first(runs), oldest_first(deployments)
    told = stories(deployments, {run.ref: run for run in runs})
    spells = {ref: story.spell for ref, story in told.items()}
    scope = cells.ref(projects[0]) if len(projects) == 1 else INDEX
    shelves = _shelves(INDEX, _summaries(projects, runs, deployments, directions), runs, deployments)
    sections = [Section("Needs Attention", tuple(attention([*runs, *deployments], problems))), *live(told.values(), scope, directions)]
    if projects:
        sections.append(_section(shelves.projects, run_tables.projects(shelves.projects.shown), PROJECTS_NOTE))
    if runs:
        sections.append(_section(shelves.runs, *_runs_of_all(shelves.runs.shown, runs, scope, directions)))
    else:
        sections.append(Section("Runs", (Note("No line of this workspace names a run."),)))
    if deployments:
        sections.append(_section(shelves.deployments, deployment_tables.history(shelves.deployments.shown, spells, scope)))
    if problems:
        found = problem_table("What was found in lines that name no run", problems, limit=MAX_PROBLEMS)
        sections.append(Section("Data Health", (found,)))
    return Document(title, "index", INDEX, tuple(sections), as_of=_as_of([*runs, *deployments]))


def build_project(project: Project, runs: Runs, deployments: Deployments, directions: Directions = BY_NAME) -> Document:
    """One project: how its newest run did, what is live, how its numbers went from run to run, its runs, and what was deployed."""
    runs, deployments = oldest_first(runs), oldest_first(deployments)
    own, told = cells.ref(project), stories(deployments, {run.ref: run for run in runs})
    spells = {ref: story.spell for ref, story in told.items()}
    shelves = _shelves(own, (), runs, deployments)
    sections = [Section("Summary", tuple(_project_summary(project, runs, deployments, directions)))]
    sections += [Section("Needs Attention", tuple(attention([*runs, *deployments]))), *live(told.values(), own, directions)]
    if drawn := tuple(trends(runs, spells.values(), directions)):
        sections.append(Section("Trends", drawn))
    if runs:
        sections.append(_section(shelves.runs, *_runs_of_project(shelves.runs.shown, runs, directions)))
    if deployments:
        sections.append(_section(shelves.deployments, deployment_tables.history(shelves.deployments.shown, spells, own)))
    return Document(project.name, "project", own, tuple(sections), up=(INDEX,), as_of=_as_of([*runs, *deployments]))


def build_archive(archive: Archive[Any], directions: Directions = BY_NAME) -> Document:
    """The page of an archive: its members, the newest first, and where to go from here."""
    table, note = _archived(archive, directions)
    inner = archive.scope != INDEX
    return Document(
        title=archive.ref.text,
        kind="project" if inner else "index",
        subject=archive.ref,
        sections=(Section(archive.kind.capitalize(), (archive.neighbours(), replace(table, note=note))),),
        up=(INDEX, archive.scope) if inner else (INDEX,),
        as_of=_as_of(archive.members),
    )


def _archived(archive: Archive[Any], directions: Directions) -> tuple[Table, str]:
    """What changed is told of the members by each other: an archive stays as it is, whatever happens to the runs around it."""
    members = archive.members[::-1]
    match archive.kind:
        case "runs" if archive.scope != INDEX:
            return _runs_of_project(members, archive.members, directions)
        case "runs":
            return _runs_of_all(members, archive.members, archive.scope, directions)
        case "deployments":
            return deployment_tables.archived(members, archive.scope), ""
        case "projects":
            return run_tables.projects(members), PROJECTS_NOTE


def _runs_of_all(shown: Runs, oldest_first: Runs, scope: Ref, directions: Directions) -> tuple[Table, str]:
    """Runs of several projects, and what to say of their table."""
    changes = progress.changes(oldest_first, directions)
    return run_tables.runs_with_project(shown, scope, changes, directions), CHANGE_NOTE if changes else ""


def _runs_of_project(shown: Runs, oldest_first: Runs, directions: Directions) -> tuple[Table, str]:
    """Runs, and what to say of their table: the number that they are judged by is that of the newest of all that completed."""
    newest = progress.latest(oldest_first, directions)
    leading = newest.headline.measure if newest else None
    changes = progress.changes(oldest_first, directions, leading) if leading else {}
    table, note = run_tables.runs_of_project(shown, leading, changes)
    told = f"Change: of {run_tables.words(leading)}, {AGAINST} that has it and did not fail." if leading and changes else ""
    return table, " ".join(filter(None, (told, note)))


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


def _summaries(projects: Iterable[Project], runs: Runs, deployments: Deployments, directions: Directions) -> list[ProjectSummary]:
    """Of runs that are in order."""
    runs_of, deployments_of = by_project(runs), by_project(deployments)
    return [
        _summary(project, runs_of.get(str(project.ref), ()), len(deployments_of.get(str(project.ref), ())), directions)
        for project in projects
    ]


def _summary(project: Project, runs: Runs, deployments: int, directions: Directions) -> ProjectSummary:
    latest = progress.latest(runs, directions)
    return ProjectSummary(
        ref=str(project.ref),
        name=project.name,
        created_at=project.created_at,
        runs=len(runs),
        deployments=deployments,
        newest=runs[-1] if runs else None,
        leading=latest.headline if latest else None,
        change=latest.change if latest else None,
        spark=latest.spark if latest else None,
    )


def live(told: Iterable[Story], scope: Ref, directions: Directions) -> Iterator[Section]:
    """What is live, the newest first; nothing where nothing was ever deployed."""
    all_told = [*told]
    found = [story for story in reversed(all_told) if story.spell.is_live]
    if found:
        made = deployment_tables.live(found[:MAX_LIVE], scope, directions)
        cut = f"The newest {MAX_LIVE:,} of {len(found):,} that are live. " if len(found) > MAX_LIVE else ""
        yield Section("Live", (replace(made, total=len(found), note=f"{cut}{TOLD_BY}"),))
    elif all_told:
        yield Section("Live", (Note("Nothing is live: no deployment completed."),))


def _project_summary(project: Project, runs: Runs, deployments: Deployments, directions: Directions) -> Iterator[Block]:
    comparable = [run for run in runs if run.is_comparable and run.headlines]
    over = progress.courses(comparable)
    if comparable:
        new = comparable[-1]
        yield progress.figures(new, progress.against(new, comparable[-2::-1], directions), directions, over)
    yield Facts(tuple(_project_facts(project, runs, deployments, comparable)))
    if best := best_runs(comparable, over, directions):
        yield best
    if project.description:
        yield Prose(project.description)


def _project_facts(project: Project, runs: Runs, deployments: Deployments, comparable: Runs) -> Iterator[Fact]:
    if comparable:
        new = comparable[-1]
        yield Fact(
            "Numbers above", new.link(), "the newest run; no line says how it ended" if new.inferred else "the newest run that completed"
        )
    if runs and runs[-1:] != comparable[-1:]:
        yield Fact("Newest run", runs[-1].link(), runs[-1].status)
    yield Fact("Runs", Number(len(runs)))
    yield Fact("Deployments", Number(len(deployments)))
    yield Fact("Project", cells.code(str(project.ref)))
    yield Fact("Created", cells.time(project.created_at), "inferred: its first run" if project.inferred else "")
    if project.tags:
        yield Fact("Tags", cells.pairs(project.tags))


def _as_of(many: Iterable[Summary | ProjectSummary]) -> str | None:
    return max((one.as_of for one in many if one.as_of), key=chronological, default=None)
