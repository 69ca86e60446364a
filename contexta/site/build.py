"""A workspace → a folder of pages. What was made before, from the same lines and with the same templates, is left as it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contexta.contract import StableRef
from contexta.report import DeploymentSummary, RunSummary, Story, stories
from contexta.site import files
from contexta.site.executors import Crew, InProcess
from contexta.site.identity import digest, made_with
from contexta.site.made import Made
from contexta.site.overviews import Overview, overviews
from contexta.site.plan import Plan, Selection, make_plan
from contexta.site.press import DeploymentTask, Press, RunTask, Task, work
from contexta.site.told import told
from contexta.workspace import Workspace, alone_in, lies_there

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
    Raises UnknownRef when the selection names nothing, TemplateFailure when a template is broken, OSError when the folder cannot be
    written.
    """
    plan = make_plan(workspace, selection or Selection())
    press.root.mkdir(parents=True, exist_ok=True)
    with alone_in(press.root, waiting), files.scratch(press.root):
        press = replace(press, made_with=digest(made_with(press.formats, press.templates), press.directions))
        site = _Site(workspace, press, plan, progress)
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
    count: int = 0
    _summaries: dict[str, RunSummary] = field(default_factory=dict)
    _pages: frozenset[str] = field(init=False)
    _before: dict[str, tuple[str, bytes]] = field(init=False)
    _new: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pages = self.plan.pages()
        self._before = self.workspace.index.kept(self._kind)

    @property
    def _kind(self) -> str:
        return f"site {digest(str(self.press.root.resolve()))}"  # a path may be no text

    def runs(self, crew: Crew) -> list[RunSummary]:
        """The pages of runs; returns what the pages about many need to know of them."""
        inputs = {ref: digest(self.press.made_with, self.workspace.state(ref), sorted(self._near(ref))) for ref in self.plan.runs}
        new = self._make(crew, inputs, lambda ref: RunTask(self.workspace.run_source(ref), self.press, self._near(ref)))
        found = [self._summaries[str(ref)] for ref in self.plan.runs]
        self.workspace.keep_starts({ref: self._summaries[str(ref)].started_at for ref in new})
        return found

    def deployments(self, crew: Crew) -> list[DeploymentSummary]:
        """The pages of deployments, each with what was live before and after it, and the numbers of their runs; likewise."""
        found = told(self.workspace, self.plan.deployments, crew, self.press.made_with, f"{self._kind} deployments")
        by_ref = stories(found, self._summaries)
        inputs = {ref: self._made_from(ref, by_ref[str(ref)]) for ref in self.plan.deployments}

        def task(ref: StableRef) -> DeploymentTask:
            story = by_ref[str(ref)]
            return DeploymentTask(self.workspace.deployment_source(ref), self.press, self._near(ref, story), story)

        self._make(crew, inputs, task)
        return found

    def _made_from(self, ref: StableRef, story: Story) -> str:
        """What stands for all that the page of a deployment is made from."""
        others = [other and other.to_json() for other in story.others()]
        return digest(self.press.made_with, self.workspace.state(ref), sorted(self._near(ref, story)), others)

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

    def _make(self, crew: Crew, inputs: Mapping[StableRef, str], task: Callable[[StableRef], Task]) -> list[StableRef]:
        """Make the pages whose input is new, and say which; the largest first, so that none is waited for at the end."""
        new = [ref for ref, made_from in inputs.items() if not self._reuse(str(ref), made_from)]
        tasks = [task(ref) for ref in new]
        tasks.sort(key=lambda one: -one.source.lines.size)
        size = sum(one.source.lines.size for one in tasks)
        by_ref = {str(ref): made_from for ref, made_from in inputs.items()}
        for bundle in crew.results(work, _bundles(tasks), size):
            for made in bundle:
                self._take(made, by_ref[made.ref])
        return new

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
        self._summarized(made)
        self._new[made.ref] = (made_from, made.to_json())
        self.count += 1
        self.progress(made.title)
        if len(self._new) >= _KEEP_EVERY:
            self._keep()

    def _keep(self) -> None:
        self.workspace.index.keep(self._kind, self._new)
        self.workspace.index.commit()
        self._new.clear()


def _bundles(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    bundle: list[Task] = []
    size = 0
    for task in tasks:
        bundle.append(task)
        size += task.source.lines.size
        if size >= _BUNDLE_BYTES or len(bundle) >= _BUNDLE:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle
