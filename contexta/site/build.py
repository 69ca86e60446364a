"""A workspace → a folder of pages. What was made before, from the same lines and with the same templates, is left as it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contexta.contract import StableRef
from contexta.contract.fields import chronological
from contexta.privacy import SECRETS
from contexta.report import DeploymentSummary, RunSummary, Story, comparison_ref, stories
from contexta.site import files
from contexta.site.executors import Crew, InProcess
from contexta.site.identity import digest, made_with
from contexta.site.made import ALONE, Against, Made
from contexta.site.overviews import Overview, overviews
from contexta.site.plan import Plan, Selection, make_plan
from contexta.site.predecessors import COMPARED, compared, predecessors
from contexta.site.press import ASSETS, Press
from contexta.site.tasks import ComparisonTask, DeploymentTask, RunTask, Task, work
from contexta.site.told import told
from contexta.workspace import RunSource, Workspace, alone_in, lies_there

Tell = Callable[[str], None]

# Tasks are handed out in bundles of about so many bytes of lines, and no more than so many tasks.
_BUNDLE_BYTES, _BUNDLE = 16_000_000, 32

# After so many pages what was made is kept, so that a build that is killed has not worked in vain.
_KEEP_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build made, and what it found that needs attention.

    `made` counts the pages that were made, the others being as before, `written` the files whose bytes are new. `kept` are pages of an
    earlier build that someone changed since.
    """

    files: int
    made: int
    written: int
    runs: int
    deployments: int
    needs_attention: int
    kept: Sequence[str]


def build_site(
    workspace: Workspace,
    press: Press,
    *,
    selection: Selection | None = None,
    title: str | None = None,
    crew: Crew | None = None,
    progress: Tell = lambda _title: None,
    waiting: Tell = lambda _what: None,
) -> Built:
    """Write the index, and a page for each project, run and deployment; the same workspace gives the same bytes.

    `progress` is told the title of each page that was made, `waiting` when another build is waited for.
    Raises UnknownRef when the selection names nothing, TemplateFailure or ThemeFailure when a template or the theme cannot be used, Leak
    when a page of a public site holds what it should not, OSError when the folder cannot be written.
    """
    plan = make_plan(workspace, selection or Selection())
    press.root.mkdir(parents=True, exist_ok=True)
    with alone_in(press.root, waiting), files.scratch(press.root):
        made = digest(made_with(press.formats, press.templates, press.theme, press.assets), press.directions, workspace.privacy)
        press = replace(press, made_with=made, privacy=workspace.privacy or SECRETS)
        site = _Site(workspace, press, plan, progress)
        site.assets()
        crew = crew or Crew(InProcess)
        runs = site.runs(crew)
        deployments = site.deployments(crew)
        for overview in overviews(workspace, plan, runs, deployments, title, press.directions):
            site.overview(overview)
        kept = site.finish()
    problems = sum(problem.severity != "info" for problem in workspace.problems)
    return Built(
        files=sum(len(made.pages) for made in site.made.values()),
        made=site.count,
        written=sum(made.written for made in site.made.values()),
        runs=len(runs),
        deployments=len(deployments),
        needs_attention=problems + sum(one.attention.total for one in (*runs, *deployments)),
        kept=kept,
    )


@dataclass(slots=True)
class _Site:
    """One build: what was made before, and what is made now."""

    workspace: Workspace
    press: Press
    plan: Plan
    progress: Tell
    made: dict[str, Made] = field(default_factory=dict)
    _summaries: dict[str, RunSummary] = field(default_factory=dict)
    _pages: frozenset[str] = field(init=False)
    _before: dict[str, tuple[str, bytes]] = field(init=False)
    _new: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _fresh: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._pages = self.plan.pages()
        self._before = self.workspace.index.kept(self._kind)

    @property
    def count(self) -> int:
        """How many pages were made."""
        return len(self._fresh)

    @property
    def _kind(self) -> str:
        return f"site {digest(str(self.press.root.resolve()))}"  # a path may be no text

    def assets(self) -> None:
        """What pages share, there before the first page that asks for it."""
        if self.press.has_assets and not self._reuse(ASSETS, self.press.made_with):
            self._keep_in_mind(self.press.put_assets(), self.press.made_with)

    def runs(self, crew: Crew) -> list[RunSummary]:
        """The pages of runs; returns what the pages about many need to know of them.

        Which run each is measured against is known for certain only after all are read. So it is guessed, which is right nearly always,
        and pages for which it was not are made again.
        """
        inputs = {str(ref): digest(self.press.made_with, self.workspace.state(ref), sorted(self._near(ref))) for ref in self.plan.runs}
        new = [self.workspace.run_source(ref) for ref in self.plan.runs if not self._reuse(str(ref), inputs[str(ref)])]
        self._work(crew, [self._run_task(source, guess) for source, guess in self._guessed(new)], inputs)
        found = [self._summaries[str(ref)] for ref in self.plan.runs]
        before = predecessors(found)
        pairs = compared(found, before)
        wanted = {ref: self._against(before.get(ref, ""), compared=ref in pairs) for ref in inputs}
        wrong = [(StableRef.parse(ref), against) for ref, against in wanted.items() if self.made[ref].against != against]
        self._work(crew, [self._run_task(self.workspace.run_source(ref), against) for ref, against in wrong], inputs)
        self._compare(crew, pairs)
        self.workspace.keep_starts({source.ref: self._summaries[str(source.ref)].started_at for source in new})
        return found

    def _guessed(self, sources: Iterable[RunSource]) -> Iterator[tuple[RunSource, Against]]:
        """New runs, those of one project in the order in which they seem to have begun, and what each is probably measured against.

        That is what it was measured against before, else the run before it, else the latest of those that are as they were.
        """
        latest = self._latest_as_before()
        by_project: dict[str, list[RunSource]] = {}
        for source in sorted(sources, key=_glanced):
            by_project.setdefault(str(source.ref.owner("project")), []).append(source)
        for project, new in by_project.items():
            for left, source in zip(range(len(new), 0, -1), new, strict=True):
                made = Made.from_json("", self._before.get(str(source.ref), ("", b""))[1])
                previous = latest.get(project, "") if made is None else made.against.ref
                yield source, Against(previous, compared=bool(previous) and left <= COMPARED)
                latest[project] = str(source.ref)

    def _latest_as_before(self) -> dict[str, str]:
        """Project → the latest of its runs that were not made anew and that later ones may be measured against."""
        runs = [one for one in self._summaries.values() if one.is_comparable]
        return {run.project.ref: run.ref for run in sorted(runs, key=lambda run: (chronological(run.started_at), run.ref))}

    def _against(self, previous: str, *, compared: bool) -> Against:
        return Against(previous, self.made[previous].traits, compared) if previous else ALONE

    def _run_task(self, source: RunSource, against: Against) -> RunTask:
        previous = self.workspace.run_source(StableRef.parse(against.ref)) if against.ref else None
        return RunTask(source, self.press, self._near(source.ref), previous, against.compared)

    def _compare(self, crew: Crew, pairs: Mapping[str, str]) -> None:
        """The pages that compare a run with the one before it."""
        inputs: dict[str, str] = {}
        tasks: list[ComparisonTask] = []
        for right, left in ((StableRef.parse(run), StableRef.parse(before)) for run, before in pairs.items()):
            ref = comparison_ref(left.text, right.text).ref
            near = self._near(left) | self._near(right)
            inputs[ref] = digest(self.press.made_with, self.workspace.state(left), self.workspace.state(right), sorted(near))
            if not self._reuse(ref, inputs[ref]):
                sources = self.workspace.run_source(left), self.workspace.run_source(right)
                tasks.append(ComparisonTask(*sources, self.press, near))
        self._work(crew, tasks, inputs)

    def deployments(self, crew: Crew) -> list[DeploymentSummary]:
        """The pages of deployments, each with what was live before and after it, and the numbers of their runs; likewise."""
        found = told(self.workspace, self.plan.deployments, crew, self.press.made_with, f"{self._kind} deployments")
        by_ref = stories(found, self._summaries)
        inputs: dict[str, str] = {}
        tasks: list[DeploymentTask] = []
        for ref in self.plan.deployments:
            story = by_ref[str(ref)]
            near = self._near(ref, story)
            others = [other and other.to_json() for other in story.others()]
            inputs[str(ref)] = digest(self.press.made_with, self.workspace.state(ref), sorted(near), others)
            if not self._reuse(str(ref), inputs[str(ref)]):
                tasks.append(DeploymentTask(self.workspace.deployment_source(ref), self.press, near, story))
        self._work(crew, tasks, inputs)
        return found

    def overview(self, overview: Overview) -> None:
        """A page about many."""
        made_from = digest(self.press.made_with, overview.made_from)
        if not self._reuse(overview.ref, made_from):
            self._take(self.press.put(overview.document(), self._pages | overview.archives), made_from)

    def finish(self) -> list[str]:
        """Keep what was made, and remove what is no more; returns what was left because someone changed it."""
        self._keep()
        earlier = (Made.from_json(ref, text) for ref, (_, text) in self._before.items())
        pages = [page for made in earlier if made is not None for page in made.pages]
        kept = files.finish(self.press.root, {page.address: page.digest for made in self.made.values() for page in made.pages}, pages)
        self.workspace.index.forget(self._kind, self._before.keys() - self.made.keys())
        self.workspace.index.commit()
        return kept

    def _near(self, ref: StableRef, story: Story | None = None) -> frozenset[str]:
        """The references that the page of a run or deployment may link to."""
        return self._pages & {"index", *map(str, self.workspace.neighbours(ref)), *(story.refs() if story else ())}

    def _work(self, crew: Crew, tasks: Sequence[Task], inputs: Mapping[str, str]) -> None:
        """Make pages; the largest bundles first, so that none is waited for at the end."""
        bundles = sorted(_bundles(tasks), key=lambda bundle: -sum(task.size for task in bundle))
        for made_of_bundle in crew.results(work, bundles, sum(task.size for task in tasks)):
            for made in made_of_bundle:
                self._take(made, inputs[made.ref])

    def _reuse(self, ref: str, made_from: str) -> bool:
        """Take what was made before, where its input is the same and its files are as they were left."""
        before, text = self._before.get(ref, ("", b""))
        made = Made.from_json(ref, text) if before == made_from else None
        if made is None or not all(page.is_as_left(self.press.root) for page in made.pages):
            return False
        if any(lies_there(self.workspace.root, location) is not there for location, there in made.presence):
            return False
        return self._summarized(made)

    def _summarized(self, made: Made) -> bool:
        """Hold on to a page and the summary that came with it, unless that is none."""
        try:
            if made.summary:
                self._summaries[made.ref] = RunSummary.from_json(made.summary)
        except ValueError:
            return False
        self.made[made.ref] = made
        return True

    def _take(self, made: Made, made_from: str) -> None:
        self._keep_in_mind(made, made_from)
        if made.pages:
            self._fresh.add(made.ref)
            self.progress(made.title)
        if len(self._new) >= _KEEP_EVERY:
            self._keep()

    def _keep_in_mind(self, made: Made, made_from: str) -> None:
        self._summarized(made)
        self._new[made.ref] = (made_from, made.to_json())

    def _keep(self) -> None:
        self.workspace.index.keep(self._kind, self._new)
        self.workspace.index.commit()
        self._new.clear()


def _glanced(source: RunSource) -> tuple[str, str, int]:
    """The key that puts runs in the order of their beginning, as far as can be told without reading them."""
    time, file, place = source.lines.glance()
    return (chronological(time), source.ref.text, 0) if time else ("", file, place)


def _bundles(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    bundle: list[Task] = []
    size = 0
    for task in tasks:
        bundle.append(task)
        size += task.size
        if size >= _BUNDLE_BYTES or len(bundle) >= _BUNDLE:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle
