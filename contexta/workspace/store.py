"""A workspace on disk, opened for reading."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from contexta.contract import DeploymentExecution, DeploymentSnapshot, Problem, Project, Run, RunSnapshot, StableRef
from contexta.contract.context import in_order
from contexta.contract.fields import chronological
from contexta.errors import ContractError, UnknownRef
from contexta.privacy import SECRETS, Privacy
from contexta.workspace.described import Described, describe
from contexta.workspace.index import Index
from contexta.workspace.planes import Plane
from contexta.workspace.sources import DeploymentSource, Lines, RunSource

# What the index keeps the starts of runs under.
_STARTS = "start"


@dataclass(frozen=True)
class Workspace:
    """A folder of planes and the index of its lines, as they were when it was opened. Memory follows one run at a time.

    Nothing leaves it that is not to be shown, unless its `privacy` is None.
    """

    root: Path
    planes: Mapping[str, Plane]
    index: Index
    privacy: Privacy | None = SECRETS
    # The planes of which lines were asked for.
    used: set[str] = field(default_factory=set)

    @cached_property
    def _versions(self) -> Mapping[str, int]:
        return self.index.versions()

    @cached_property
    def _together(self) -> Mapping[str, tuple[str, ...]]:
        """Every run and deployment → those of the other kind that some line names beside it."""
        found: dict[str, list[str]] = {}
        for run, deployment in self.index.together():
            found.setdefault(run, []).append(deployment)
            found.setdefault(deployment, []).append(run)
        return {ref: tuple(refs) for ref, refs in found.items()}

    @cached_property
    def _problems(self) -> tuple[tuple[Problem, ...], Mapping[str, tuple[Problem, ...]]]:
        """What is wrong with lines that name no run that exists, and by run what is wrong with lines that name it."""
        nobodys: list[Problem] = []
        by_run: dict[str, list[Problem]] = {}
        for found in self.index.problems():
            known = f"run:{found.named}" in self._versions
            (by_run.setdefault(f"run:{found.named}", []) if known else nobodys).append(found.problem)
        for described in self._projects.values():
            nobodys.extend(described.problems)
        return tuple(sorted(nobodys)), {run: tuple(problems) for run, problems in by_run.items()}

    @cached_property
    def _projects(self) -> Mapping[str, Described]:
        return self._described("project")

    @cached_property
    def _deployments(self) -> Mapping[str, Described]:
        return self._described("deployment")

    def _described(self, kind: str) -> Mapping[str, Described]:
        """What puts say of every project or deployment that one describes; read again only where there are new puts."""
        owners = {ref: version for ref, version in self._versions.items() if ref.startswith(f"put {kind}:")}
        kept = self.index.kept(f"put {kind}")
        found: dict[str, Described] = {}
        made: dict[str, tuple[str, bytes]] = {}
        for owner, version in owners.items():
            made_from, value = kept.get(owner, ("", b""))
            described = Described.from_json(value) if made_from == str(version) else None
            if described is None:
                described = describe(self._lines(owner))
                made[owner] = (str(version), described.to_json())
            found[owner.removeprefix("put ")] = described
        self.index.keep(f"put {kind}", made)
        return found

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with lines that belong to no run that could be told."""
        return self._problems_shown

    @cached_property
    def _problems_shown(self) -> tuple[Problem, ...]:
        found = self._problems[0]
        return self.privacy.problems(found) if self.privacy else found

    def run_refs(self) -> tuple[StableRef, ...]:
        """Every run that any line names, sorted."""
        return self._refs("run")

    def deployment_refs(self) -> tuple[StableRef, ...]:
        """Every deployment that any line names, sorted."""
        return self._refs("deployment")

    def _refs(self, kind: str) -> tuple[StableRef, ...]:
        return tuple(map(StableRef.parse, sorted(ref for ref in self._versions if ref.startswith(f"{kind}:"))))

    def beside(self, ref: StableRef) -> tuple[StableRef, ...]:
        """The deployments that some line names together with a run, or the runs of a deployment, sorted."""
        return tuple(map(StableRef.parse, self._together.get(str(ref), ())))

    def neighbours(self, ref: StableRef) -> frozenset[StableRef]:
        """The project, runs and deployments that the page of a run or deployment may name, itself among them."""
        beside = self.beside(ref)
        puts = (self._deployments.get(str(one)) for one in (ref, *beside) if one.kind == "deployment")
        models = [put.model for put in puts if put is not None and isinstance(put.model, DeploymentExecution)]
        named = (inner for model in models for inner in (model.run_ref, model.artifact_ref) if inner is not None)
        return frozenset((ref, ref.owner("project"), *beside, *(inner.owner("run") for inner in named)))

    def _project(self, ref: StableRef) -> Project | None:
        """The latest put of a project as it stands there; None where there is none."""
        described = self._projects.get(str(ref))
        return described.model if described is not None and isinstance(described.model, Project) else None

    def projects(self) -> tuple[Project, ...]:
        """Every project that a put describes, sorted by reference."""
        models = [described.model for described in self._projects.values() if isinstance(described.model, Project)]
        found = map(self.privacy.project, models) if self.privacy else models
        return tuple(sorted(found, key=lambda model: model.ref))

    def runs(self) -> tuple[Run, ...]:
        """Every run, by start. Reads the lines of each."""
        runs = (self.snapshot(ref).run for ref in self.run_refs())
        return tuple(sorted(runs, key=lambda run: (chronological(run.started_at), run.ref)))

    def deployments(self) -> tuple[DeploymentExecution, ...]:
        """Every deployment, in order_index, time, name order. Reads the lines of each."""
        return tuple(sorted((self.deployment(ref).deployment for ref in self.deployment_refs()), key=in_order))

    def snapshot(self, run_ref: StableRef | str) -> RunSnapshot:
        """All that is known of one run; raises UnknownRef when no line names it."""
        return self.run_source(self._known(run_ref, "run")).snapshot()

    def deployment(self, deployment_ref: StableRef | str) -> DeploymentSnapshot:
        """All that is known of one deployment; raises UnknownRef when no line names it."""
        return self.deployment_source(self._known(deployment_ref, "deployment")).snapshot()

    def run_source(self, ref: StableRef) -> RunSource:
        """What it takes to read a run elsewhere."""
        puts = (self._deployments.get(deployment) for deployment in self._together.get(str(ref), ()))
        models = (put.model for put in puts if put is not None)
        return RunSource(
            ref=ref,
            lines=self._lines(str(ref)),
            project=self._project(ref.owner("project")),
            deployments=tuple(model for model in models if isinstance(model, DeploymentExecution)),
            problems=self._problems[1].get(str(ref), ()),
            unassigned=self._has_unassigned,
            privacy=self.privacy,
        )

    def deployment_source(self, ref: StableRef) -> DeploymentSource:
        """What it takes to read a deployment elsewhere."""
        return DeploymentSource(ref, self._lines(str(ref)), self._project(ref.owner("project")), self.privacy)

    @property
    def _has_unassigned(self) -> bool:
        """Whether lines that name no run may be any run's. An unfinished last line is left out: it comes and goes while someone writes."""
        return any(problem.severity != "info" and problem.key != "torn_line" for problem in self.problems)

    def state(self, ref: StableRef) -> str:
        """A text that changes whenever a run's or deployment's source does, or what of it is shown."""
        return f"{self._state_of_lines(ref)} {self.privacy}"

    def _state_of_lines(self, ref: StableRef) -> str:
        owner, project = str(ref), f"put {ref.owner('project')}"
        beside = [(other, self._versions.get(f"put {other}")) for other in self._together.get(owner, ())]
        known = (self._epoch, owner, self._versions.get(owner), self._versions.get(project), beside)
        of_lines = (self._problems[1].get(owner, ()), self._has_unassigned) if ref.kind == "run" else ()
        return hashlib.blake2b(repr((*known, *of_lines)).encode(), digest_size=16).hexdigest()

    @cached_property
    def _epoch(self) -> str:
        return self.index.epoch()

    def resolve(self, text: str) -> StableRef:
        """The run that a person means by `run:proj.name`, `proj.name`, an unambiguous `name`, `latest` or `latest:proj`.

        Raises UnknownRef that names the nearest runs when there is none, or more than one.
        """
        if text == "latest" or text.startswith("latest:"):
            return self._latest(text.removeprefix("latest").removeprefix(":"))
        wanted = text.removeprefix("run:")
        found = [ref for ref in self.run_refs() if ref.value == wanted] or [ref for ref in self.run_refs() if ref.name == wanted]
        if len(found) > 1:
            raise UnknownRef(f"{text!r} may be any of {_listed(found)}; say which")
        if not found:
            raise UnknownRef(_no_such("run", text, self.run_refs()))
        return found[0]

    def _latest(self, project: str) -> StableRef:
        runs = [ref for ref in self.run_refs() if not project or ref.owner("project").value == project]
        if not runs:
            where = f"project {project!r}" if project else "the workspace"
            raise UnknownRef(f"{where} has no run")
        starts = self._starts(runs)
        return max(runs, key=lambda ref: (chronological(starts[ref]), ref))

    def previous(self, ref: StableRef) -> RunSnapshot | None:
        """The newest run of a run's project that began before it, and that it may be measured against."""
        starts = self._starts([one for one in self.run_refs() if one.owner("project") == ref.owner("project")])
        places = {one: (chronological(start), one) for one, start in starts.items()}
        earlier = sorted((one for one in places if places[one] < places[ref]), key=places.__getitem__, reverse=True)
        return next((one for one in map(self.snapshot, earlier) if one.run.is_comparable), None)

    def _starts(self, runs: Iterable[StableRef]) -> Mapping[StableRef, str]:
        """When each run began; only the lines of those that changed are read."""
        kept = self.index.kept(_STARTS)
        states = {ref: self._state_of_lines(ref) for ref in runs}
        known = {ref: kept[str(ref)][1].decode() for ref, state in states.items() if kept.get(str(ref), ("", b""))[0] == state}
        new = {ref: self.snapshot(ref).run.started_at for ref in states if ref not in known}
        self.keep_starts(new)
        self.index.commit()
        return {**known, **new}

    def keep_starts(self, starts: Mapping[StableRef, str]) -> None:
        """Remember when runs began, for whoever read their lines."""
        self.index.keep(_STARTS, {str(ref): (self._state_of_lines(ref), start.encode()) for ref, start in starts.items()})

    def _known(self, given: StableRef | str, kind: str) -> StableRef:
        try:
            ref = given if isinstance(given, StableRef) else StableRef.parse(given)
        except ContractError as error:
            raise UnknownRef(str(error)) from None
        if ref.kind != kind or str(ref) not in self._versions:
            raise UnknownRef(_no_such(kind, str(ref), self._refs(kind)))
        return ref

    def _lines(self, owner: str) -> Lines:
        """Where the lines of an owner lie, ready to be read there."""
        found = tuple((self.planes[name], data) for name, data in self.index.extents(owner, self.planes))
        for plane, _ in found:
            plane.prepare()
            self.used.add(plane.name)
        return Lines(self.root, found)


def _no_such(kind: str, text: str, known: Iterable[StableRef]) -> str:
    """A sentence that names the nearest references."""
    import difflib  # seldom needed

    by_text = {form: ref for ref in sorted(known) for form in (str(ref), ref.value, ref.name)}
    near = dict.fromkeys(by_text[form] for form in difflib.get_close_matches(text, by_text, n=5, cutoff=0.5))
    tip = f"nearest: {_listed(near)}" if near else f"there are: {_listed(list(dict.fromkeys(by_text.values()))[:5])}" if by_text else ""
    return f"no {kind} {text!r} in this workspace" + (f"; {tip}" if tip else ", which has none")


def _listed(refs: Iterable[StableRef]) -> str:
    return ", ".join(map(str, refs))
