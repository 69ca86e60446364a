"""The pages about many runs: the index of all projects, a page for each project, and their archives."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from contexta.contract import Problem, Project
from contexta.contract.fields import chronological
from contexta.report import cells, deployment_tables, progress, run_tables
from contexta.report.archives import Archive, Shelf
from contexta.report.attention import attention
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Block, Document, Fact, Facts, Note, Prose, Section, Table
from contexta.report.figures import figures
from contexta.report.history import TOLD_BY, Story, stories
from contexta.report.inline import INDEX, Number, Ref, Time
from contexta.report.problems import problem_table
from contexta.report.shelves import Deployments, Runs, oldest_first, shelves_of_index, shelves_of_project
from contexta.report.summary import DeploymentSummary, ProjectSummary, RunSummary, Summary
from contexta.report.trends import best_runs, trends

# As many live deployments, and as many rows of problems, as a page shows.
MAX_LIVE = 20
MAX_PROBLEMS = 100

# As many archives of a kind as the page above links to; between them, each leads to its neighbours.
MAX_LINKS = 100

AGAINST = "against the last run before it in its project"
CHANGE_NOTE = f"Change: of the headline number, {AGAINST} that has it and did not fail."
PROJECTS_NOTE = "The headline number is that of the newest run that did not fail; the change is against the one before it."


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
    shelves = shelves_of_index(projects, runs, deployments, directions)
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
    shelves = shelves_of_project(project, runs, deployments)
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
        sections=(Section(archive.kind.capitalize(), (_neighbours(archive), replace(table, note=note))),),
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


def _neighbours(archive: Archive[Any]) -> Facts:
    """Where to go from an archive."""
    older = [Fact("Older", archive.older)] if archive.older else []
    return Facts((Fact("Newer", archive.newer), *older))


def _section(shelf: Shelf[Any], table: Table, note: str = "") -> Section:
    """What is shown of a shelf, and where the rest is."""
    shown = replace(table, note=" ".join(filter(None, (_cut(shelf), note))), total=shelf.total)
    older = contents(shelf)
    return Section(shelf.kind.capitalize(), (shown, older) if older else (shown,))


def _cut(shelf: Shelf[Any]) -> str:
    """What the page says where not all of a shelf are shown."""
    return (
        f"The newest {len(shelf.shown):,} of {shelf.total:,} {shelf.kind}; the older ones stand on pages of their own."
        if shelf.archives
        else ""
    )


def contents(shelf: Shelf[Any]) -> Table | None:
    """Links to the archives, the newest first; to some, where there are too many."""
    if not shelf.archives:
        return None
    chosen = _some(shelf.archives)
    rows = tuple((archive.ref, Time(_began(archive.members[0])), Time(_began(archive.members[-1]))) for archive in chosen)
    left = f"{len(rows):,} of {len(shelf.archives):,} pages: the newest, and older ones at even steps; each leads to its neighbours."
    note = left if len(rows) < len(shelf.archives) else ""
    return Table(f"Older {shelf.kind}", (shelf.kind.capitalize(), "From", "To"), rows, len(shelf.archives), note)


def _began(member: RunSummary | DeploymentSummary | ProjectSummary) -> str:
    """When a run or deployment started, or a project was created."""
    return member.created_at if isinstance(member, ProjectSummary) else member.started_at


def _some(archives: Sequence[Archive[Any]]) -> Sequence[Archive[Any]]:
    """The newest and, of the others, some at even steps with the oldest among them."""
    if len(archives) <= MAX_LINKS:
        return archives
    newest, rest = archives[: MAX_LINKS // 2], archives[MAX_LINKS // 2 :]
    steps = MAX_LINKS - len(newest)
    return [*newest, *(rest[number * len(rest) // steps - 1] for number in range(1, steps + 1))]


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
        yield figures(new, progress.against(new, comparable[-2::-1], directions), directions, over)
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
