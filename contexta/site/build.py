"""A workspace → a folder of pages. What was made before, from the same lines and with the same templates, is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from contexta import report
from contexta.contract import StableRef
from contexta.contract.fields import chronological
from contexta.privacy import SECRETS
from contexta.report import MISSING, DeploymentSummary, RunSummary, Story, comparison_ref, is_comparison, stories
from contexta.site import files
from contexta.site.addresses import FEED, NO_JEKYLL, SITEMAP
from contexta.site.executors import Crew, InProcess
from contexta.site.identity import digest, made_with
from contexta.site.made import ALONE, Against, Made
from contexta.site.overviews import Overview, overviews
from contexta.site.plan import Plan, Selection, make_plan
from contexta.site.predecessors import COMPARED, compared, predecessors
from contexta.site.preflight import weights
from contexta.site.press import ASSETS, Press
from contexta.site.retention import EVERYTHING, Retention, retained
from contexta.site.told import told
from contexta.workspace import RunSource, Workspace, alone_in, lies_there

if TYPE_CHECKING:
    from contexta.site.tasks import RunTask, Task

Tell = Callable[[str], None]

# Tasks are handed out in bundles of about so many bytes of lines at least and at most, and no more than so many tasks. Who begins a
# bundle reads the run before it too, and who takes a large one last is waited for: so, the less is left, the smaller they are.
_SMALL, _LARGE, _BUNDLE = 8_000_000, 128_000_000, 128

# After so many pages what was made is kept, so that a build that is killed has not worked in vain.
_KEEP_EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build made, and what it found that needs attention.

    `made` counts the pages that were made, the others being as before, `written` the files whose bytes are new. `weights` are the bytes of
    all files by kind, the heaviest first. `kept` are pages of an earlier build that someone changed since.
    """

    files: int
    made: int
    written: int
    runs: int
    deployments: int
    needs_attention: int
    weights: Mapping[str, int]
    kept: Sequence[str]


def build_site(
    workspace: Workspace,
    press: Press,
    *,
    selection: Selection | None = None,
    retention: Retention = EVERYTHING,
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
    crew = crew or Crew(InProcess)
    selection = selection or Selection()
    plan = make_plan(workspace, selection)
    if not selection.runs:  # a run that is named is wanted, however old it is
        plan = retained(workspace, plan, retention, crew)
    press.root.mkdir(parents=True, exist_ok=True)
    with alone_in(press.root, waiting), files.scratch(press.root):
        made = digest(
            made_with(press.formats, press.templates, press.theme, press.assets), press.directions, press.hosting, workspace.privacy
        )
        press = replace(press, made_with=made, privacy=workspace.privacy or SECRETS)
        site = _Site(workspace, press, plan, progress)
        site.assets()
        runs = site.runs(crew)
        deployments = site.deployments(crew)
        for overview in overviews(workspace, plan, runs, site.marks, deployments, title, press.directions):
            site.overview(overview)
        site.beside_pages(runs, deployments)
        kept = site.finish()
    problems = sum(problem.severity != "info" for problem in workspace.problems)
    return Built(
        files=sum(len(made.pages) for made in site.made.values()),
        made=site.count,
        written=sum(made.written for made in site.made.values()),
        runs=len(runs),
        deployments=len(deployments),
        needs_attention=problems + sum(one.attention.total for one in (*runs, *deployments)),
        weights=weights(page for made in site.made.values() for page in made.pages),
        kept=kept,
    )


class _Order(NamedTuple):
    """A task to hand out, made only then because there may be many; `size` is how many bytes of lines it reads."""

    task: Callable[[], Task]
    size: int


@dataclass(slots=True)
class _Site:
    """One build: what was made before, and what is made now. `marks` stand for the summaries of runs in a digest."""

    workspace: Workspace
    press: Press
    plan: Plan
    progress: Tell
    made: dict[str, Made] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    _summaries: dict[str, RunSummary] = field(default_factory=dict)
    _pages: frozenset[str] = field(init=False)
    _before: dict[str, tuple[str, bytes]] = field(init=False)
    _new: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _fresh: set[str] = field(default_factory=set)
    _inputs: dict[str, str] = field(default_factory=dict)

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
        if self.press.has_assets and self._must_make(ASSETS):
            self._keep_in_mind(self.press.put_assets())

    def beside_pages(self, runs: Sequence[RunSummary], deployments: Sequence[DeploymentSummary]) -> None:
        """What a server wants besides pages, and what tells of them where the site's address is known."""
        self.made[NO_JEKYLL] = self.press.put_files(NO_JEKYLL, "", {NO_JEKYLL: b""})
        if "html" in self.press.formats and self._must_make(MISSING):
            self._keep_in_mind(self.press.put_missing())
        if self.press.hosting.base_url:
            from contexta.site import listings  # few builds have an address

            self.made[SITEMAP] = self.press.put_files(SITEMAP, "", listings.sitemaps(self.press.hosting, self._listed()))
            told = listings.feed(self.press.hosting, self.made["index"].title, report.build_news(runs, deployments), self.press.page_format)
            self.made[FEED] = self.press.put_files(FEED, "", {FEED: told})

    def _listed(self) -> list[str]:
        """The pages that a sitemap leads to."""
        extension = f".{self.press.page_format}"
        return sorted(
            page.address for made in self.made.values() if made.ref != MISSING for page in made.pages if page.address.endswith(extension)
        )

    def runs(self, crew: Crew) -> list[RunSummary]:
        """The pages of runs; returns what the pages about many need to know of them.

        Which run each is measured against is known for certain only after all are read. So it is guessed, which is right nearly always,
        and pages for which it was not are made again.
        """
        new = [ref for ref in self.plan.runs if self._must_make(str(ref), self.workspace.state(ref), sorted(self._near(ref)))]
        self._work(crew, [self._run_order(*guess) for guess in self._guessed(new)])
        found = [self._summaries[str(ref)] for ref in self.plan.runs]
        before = predecessors(found)
        pairs = compared(found, before)
        wanted = {ref: self._against(before.get(str(ref), ""), compared=str(ref) in pairs) for ref in self.plan.runs}
        wrong = [(ref, against) for ref, against in wanted.items() if self.made[str(ref)].against != against]
        self._work(crew, [self._run_order(ref, against, self.workspace.run_source(ref).lines.size) for ref, against in wrong])
        self._compare(crew, pairs)
        self.workspace.keep_starts({ref: self._summaries[str(ref)].started_at for ref in new})
        return found

    def _guessed(self, refs: Iterable[StableRef]) -> Iterator[tuple[StableRef, Against, int]]:
        """New runs, those of one project in the order in which they seem to have begun, what each is probably measured against, and sizes.

        That is what it was measured against before, else the run before it, else the latest of those that are as they were.
        """
        latest = self._latest_as_before()
        by_project: dict[str, list[_Glance]] = {}
        for glance in sorted(_glance(self.workspace.run_source(ref)) for ref in refs):
            by_project.setdefault(str(glance.ref.owner("project")), []).append(glance)
        for project, new in by_project.items():
            for left, glance in zip(range(len(new), 0, -1), new, strict=True):
                ref = str(glance.ref)
                made = Made.from_json("", self._before.get(ref, ("", b""))[1])
                previous = latest.get(project, "") if made is None else made.against.ref
                yield glance.ref, Against(previous, compared=bool(previous) and left <= COMPARED), glance.size
                latest[project] = ref

    def _latest_as_before(self) -> dict[str, str]:
        """Project → the latest of its runs that were not made anew and that later ones may be measured against."""
        runs = [one for one in self._summaries.values() if one.is_comparable]
        return {run.project.ref: run.ref for run in sorted(runs, key=lambda run: (chronological(run.started_at), run.ref))}

    def _against(self, previous: str, *, compared: bool) -> Against:
        return Against(previous, self.made[previous].traits, compared) if previous else ALONE

    def _run_order(self, ref: StableRef, against: Against, size: int) -> _Order:
        """The page of a run, and along with it the one that compares it with another, where that must be made."""
        beside = None
        if against.compared and self._must_compare(left := StableRef.parse(against.ref), ref):
            beside = self._beside(left, ref)
        return _Order(partial(self._run_task, ref, against, beside), size)

    def _run_task(self, ref: StableRef, against: Against, beside: frozenset[str] | None) -> RunTask:
        from contexta.site.tasks import RunTask  # it takes long to load, and a build with nothing new needs none

        previous = self.workspace.run_source(StableRef.parse(against.ref)) if against.ref else None
        return RunTask(self.workspace.run_source(ref), self.press, self._near(ref), previous, against.compared, beside)

    def _beside(self, left: StableRef, right: StableRef) -> frozenset[str]:
        """The references that the page which compares two runs may link to."""
        return self._near(left) | self._near(right)

    def _must_compare(self, left: StableRef, right: StableRef) -> bool:
        states = self.workspace.state(left), self.workspace.state(right)
        ref = comparison_ref(left.text, right.text).ref
        return ref not in self.made and self._must_make(ref, *states, sorted(self._beside(left, right)))

    def _compare(self, crew: Crew, pairs: Mapping[str, str]) -> None:
        """The pages that compare a run with the one before it; those that were made along for other pairs are none."""
        wanted = {comparison_ref(before, run).ref for run, before in pairs.items()}
        for ref in [ref for ref in self.made if is_comparison(ref) and ref not in wanted]:
            del self.made[ref]
            self._new.pop(ref, None)
            self._fresh.discard(ref)
        both = ((StableRef.parse(before), StableRef.parse(run)) for run, before in pairs.items())
        self._work(crew, [self._comparison_order(left, right) for left, right in both if self._must_compare(left, right)])

    def _comparison_order(self, left: StableRef, right: StableRef) -> _Order:
        from contexta.site.tasks import ComparisonTask

        sources = self.workspace.run_source(left), self.workspace.run_source(right)
        task = partial(ComparisonTask, *sources, self.press, self._beside(left, right))
        return _Order(task, sum(source.lines.size for source in sources))

    def deployments(self, crew: Crew) -> list[DeploymentSummary]:
        """The pages of deployments, each with what was live before and after it, and the numbers of their runs; likewise."""
        found = told(self.workspace, self.plan.deployments, crew, self.press.made_with, f"{self._kind} deployments")
        by_ref = stories(found, self._summaries)
        orders: list[_Order] = []
        for ref in self.plan.deployments:
            story = by_ref[str(ref)]
            near = self._near(ref, story)
            others = [other and other.to_json() for other in story.others()]
            if self._must_make(str(ref), self.workspace.state(ref), sorted(near), others):
                orders.append(self._deployment_order(ref, near, story))
        self._work(crew, orders)
        return found

    def _deployment_order(self, ref: StableRef, near: frozenset[str], story: Story) -> _Order:
        from contexta.site.tasks import DeploymentTask

        source = self.workspace.deployment_source(ref)
        return _Order(partial(DeploymentTask, source, self.press, near, story), source.lines.size)

    def overview(self, overview: Overview) -> None:
        """A page about many; where it tells of runs, also of those that are left out."""
        note = self.plan.notes.get(overview.ref, "")
        if self._must_make(overview.ref, overview.made_from, note):
            document = report.noted(overview.document(), note) if note else overview.document()
            self._take(self.press.put(document, self._pages | overview.archives))

    def finish(self) -> list[str]:
        """Keep what was made, and remove what is no more; returns what was left because someone changed it."""
        self._keep()
        # What is made from the same as before has the files that it had.
        changed = ((ref, text) for ref, (was, text) in self._before.items() if ref not in self.made or was != self._inputs.get(ref))
        earlier = (Made.from_json(ref, text) for ref, text in changed)
        pages = [page for made in earlier if made is not None for page in made.pages]
        kept = files.finish(self.press.root, {page.address: page.digest for made in self.made.values() for page in made.pages}, pages)
        self.workspace.index.forget(self._kind, self._before.keys() - self.made.keys())
        self.workspace.index.commit()
        return kept

    def _near(self, ref: StableRef, story: Story | None = None) -> frozenset[str]:
        """The references that the page of a run or deployment may link to."""
        return self._pages & {"index", *map(str, self.workspace.neighbours(ref)), *(story.refs() if story else ())}

    def _tasks(self, bundles: Sequence[Sequence[_Order]]) -> Iterator[list[Task]]:
        yield from ([order.task() for order in bundle] for bundle in bundles)
        if bundles:  # while others do the last of them: the pages about many, which are made here, come next
            self.press.prepare()

    def _work(self, crew: Crew, orders: Sequence[_Order]) -> None:
        """Make pages; the largest bundles first, so that none is waited for at the end."""
        if not orders:
            return
        from contexta.site.tasks import work

        bundles = sorted(_bundles(orders, crew.ahead), key=lambda bundle: -sum(order.size for order in bundle))
        for made_of_bundle in crew.results(work, self._tasks(bundles), sum(order.size for order in orders)):
            for made in made_of_bundle:
                self._take(made)

    def _must_make(self, ref: str, *made_from: object) -> bool:
        """Whether a page that is made from all this is not there yet as it would be made."""
        self._inputs[ref] = digest(self.press.made_with, *made_from)
        return not self._reuse(ref, self._inputs[ref])

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
                self.marks[made.ref] = digest(made.summary)
        except ValueError:
            return False
        self.made[made.ref] = made.without_summary() if made.summary else made
        return True

    def _take(self, made: Made) -> None:
        self._keep_in_mind(made)
        if made.pages:
            self._fresh.add(made.ref)
            self.progress(made.title)
        if len(self._new) >= _KEEP_EVERY:
            self._keep()

    def _keep_in_mind(self, made: Made) -> None:
        self._summarized(made)
        self._new[made.ref] = (self._inputs[made.ref], made.to_json())

    def _keep(self) -> None:
        self.workspace.index.keep(self._kind, self._new)
        self.workspace.index.commit()
        self._new.clear()


class _Glance(NamedTuple):
    """What puts runs in the order of their beginning, as far as can be told without reading them; and how many bytes of lines one has."""

    began: str
    name: str
    place: int
    ref: StableRef
    size: int


def _glance(source: RunSource) -> _Glance:
    time, file, place = source.lines.glance()
    key = (chronological(time), source.ref.text, 0) if time else ("", file, place)
    return _Glance(*key, source.ref, source.lines.size)


def _bundles(orders: Sequence[_Order], parts: int) -> Iterator[list[_Order]]:
    """Orders, in bundles of about one of so many parts of what is left."""
    left = sum(order.size for order in orders)
    bundle: list[_Order] = []
    size = 0
    for order in orders:
        bundle.append(order)
        size += order.size
        if size >= min(_LARGE, max(_SMALL, left // parts)) or len(bundle) >= _BUNDLE:
            yield bundle
            left -= size
            bundle, size = [], 0
    if bundle:
        yield bundle
