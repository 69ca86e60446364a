"""`Contexta`: the way in for a program that writes a workspace, or asks it what it holds."""

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import orjson

from contexta import workspace as reading
from contexta.capture import environment
from contexta.capture.clock import now
from contexta.capture.hierarchy import DeploymentScope, RunScope
from contexta.capture.naming import component, numbered
from contexta.capture.reports import Report
from contexta.capture.session import Session
from contexta.capture.sinks import LocalJsonlSink, Sink
from contexta.capture.stores import Ledger, MetadataStore, RecordStore
from contexta.contract import (
    BatchExecution,
    ContextModel,
    DeploymentExecution,
    Project,
    Run,
    RunSnapshot,
    SampleObservation,
    StableRef,
    StageExecution,
)
from contexta.contract.details import details_extension
from contexta.contract.fields import RULES, apply, shown
from contexta.errors import ContextaError, ContractError, UnreadableWorkspace
from contexta.report import build_snapshot_report, diagnose
from contexta.report.document import Issue

# Marks a workspace whose names were all claimed.
_ADOPTED = "adopted"

_SCOPES = (
    "run_ref",
    "deployment_execution_ref",
    "stage_execution_ref",
    "batch_execution_ref",
    "sample_observation_ref",
    "operation_context_ref",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings: the project's name (default: the folder that the workspace lies in), and environment variables to write down by name.

    With `fsync` each line has reached the disk when a call returns; see `LineFile` for what that costs.
    """

    project_name: str | None = None
    environment_variables: tuple[str, ...] = ()
    fsync: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What needs attention in a run, worst first."""

    issues: tuple[Issue, ...]


class Contexta:
    """A workspace to write to and to read from. Opening one reads nothing, however much is there."""

    def __init__(
        self,
        workspace: str | Path = reading.DEFAULT_FOLDER,
        config: Config | Mapping[str, Any] | None = None,
        sinks: Sequence[Sink] | None = None,
    ) -> None:
        self.workspace = Path(os.path.abspath(workspace))
        self._config = config if isinstance(config, Config) else _config(config or {})
        self.project_name = self._config.project_name or _folder_name(self.workspace)
        self._project = StableRef("project", component(self.project_name, "project_name"))
        self.sinks: tuple[Sink, ...] = (LocalJsonlSink(self.workspace, fsync=self._config.fsync),) if sinks is None else tuple(sinks)
        ledger = Ledger(self.workspace, fsync=self._config.fsync)
        self.metadata_store = MetadataStore(ledger)
        self.record_store = RecordStore(self.workspace, fsync=self._config.fsync)
        self._session = Session(self.workspace, ledger, self.sinks)

    @cached_property
    def _packages(self) -> dict[str, str]:
        return environment.packages()

    def run(
        self,
        name: str,
        *,
        run_id: str | None = None,
        tags: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        code_revision: str | None = None,
        config_snapshot: Mapping[str, Any] | None = None,
        dataset_ref: str | None = None,
        resume: bool = False,
    ) -> RunScope:
        """Open a run. A name that was used before gets a number; an explicit `run_id` is taken as it is.

        `run_id` is `run:project.name` of this project, or its last component. Raises ContextaError when it exists, unless `resume`.
        """
        given = {"tags": tags, "metadata": metadata, "config_snapshot": config_snapshot}
        details = {name: _json_object(name, value) for name, value in given.items() if value}
        texts = {"code_revision": code_revision, "dataset_ref": dataset_ref}
        details.update({name: apply(name, RULES["message"], value) for name, value in texts.items() if value is not None})
        slug = component(name)
        wanted = self._run_ref(run_id if run_id is not None else slug)
        if resume:
            ref = wanted
            self._session.known.update(self._known(ref))
        else:
            ref = self._new_run(wanted) if run_id is not None else self._claimed("run", slug)
        self._put_project()
        model = Run(ref, self._project, name, "open", now(), extensions=details_extension(details))
        scope = RunScope(self._session, self._session.begin(model), dict.fromkeys(_SCOPES), name)
        if not resume:
            self._session.put(environment.snapshot(ref, self._packages, self._config.environment_variables))
        return scope

    def deployment(
        self, name: str, *, run_ref: StableRef | str | None = None, artifact_ref: StableRef | str | None = None
    ) -> DeploymentScope:
        """Open a deployment; a name that was used before gets a number. What is recorded in it lies in the run of `run_ref`."""
        slug = component(name)
        refs = {"run_ref": run_ref, "artifact_ref": artifact_ref}
        given: dict[str, Any] = {field: apply(field, RULES[field], ref) for field, ref in refs.items() if ref is not None}
        ref = self._claimed("deployment", slug)
        self._put_project()
        model = DeploymentExecution(ref, self._project, ref.name, "open", now(), **given)
        envelope = {**dict.fromkeys(_SCOPES), "run_ref": model.run_id}
        return DeploymentScope(self._session, self._session.begin(model), envelope, name)

    def list_runs(self, project: StableRef | str | None = None) -> list[Run]:
        """The runs of a project, or all, in time order; none where nothing was written yet."""
        wanted = None if project is None else _value(project, "project")
        found = self._reader().runs() if reading.is_workspace(self.workspace) else ()
        return [run for run in found if wanted in (None, run.project_ref.value)]

    def list_stages(self, run_ref: StableRef | str) -> list[StageExecution]:
        """The stages of a run, in order."""
        return list(self.get_run_snapshot(run_ref).stages)

    def list_batches(self, run_ref: StableRef | str) -> list[BatchExecution]:
        """The batches of a run, in order."""
        return list(self.get_run_snapshot(run_ref).batches)

    def list_samples(self, run_ref: StableRef | str) -> list[SampleObservation]:
        """The samples of a run, in order."""
        return list(self.get_run_snapshot(run_ref).samples)

    def list_deployments(self, project: StableRef | str | None = None) -> list[DeploymentExecution]:
        """The deployments of a project, or all, in order; none where nothing was written yet."""
        wanted = None if project is None else _value(project, "project")
        found = self._reader().deployments() if reading.is_workspace(self.workspace) else ()
        return [deployment for deployment in found if wanted in (None, deployment.project_ref.value)]

    def get_run_snapshot(self, run_ref: StableRef | str) -> RunSnapshot:
        """All that is known of a run, as it was written, secrets too; raises UnknownRef when nothing names it."""
        return self._reader().snapshot(run_ref)

    def diagnose_run(self, run_ref: StableRef | str) -> Diagnosis:
        """What needs attention in a run."""
        return Diagnosis(diagnose(self._shown(run_ref)))

    def build_snapshot_report(self, run_ref: StableRef | str) -> Report:
        """The report of a run."""
        return Report(build_snapshot_report(self._shown(run_ref)))

    def _shown(self, run_ref: StableRef | str) -> RunSnapshot:
        """What reports show of a run."""
        return reading.open(self.workspace).snapshot(run_ref)

    def _reader(self) -> reading.Workspace:
        return reading.open(self.workspace, None)

    def _put_project(self) -> None:
        self._adopt()
        if self._session.claim(str(self._project)):
            self._session.put(Project(self._project, self.project_name, now()))

    def _new_run(self, ref: StableRef) -> StableRef:
        self._adopt()
        if not self._session.claim(str(ref)):
            raise ContextaError(f"{ref} exists; pass resume=True to continue it, or another run_id to begin a new one")
        return ref

    def _run_ref(self, run_id: StableRef | str) -> StableRef:
        value = _value(run_id, "run")
        ref = cast(StableRef, apply("run_id", RULES["run_ref"], f"run:{value if '.' in value else f'{self._project.value}.{value}'}"))
        if not ref.lies_in(self._project):
            raise ContractError("run_id", f"{ref} does not lie in {self._project}")
        return ref

    def _claimed(self, kind: str, slug: str) -> StableRef:
        """The first reference of a name, numbered or not, that nobody took."""
        self._adopt()
        refs = (StableRef(kind, f"{self._project.value}.{numbered(slug, number)}") for number in itertools.count(1))
        return next(ref for ref in refs if self._session.claim(str(ref)))

    def _adopt(self) -> None:
        """Claim the names in a workspace that another writer left, once: nothing tells them but its lines."""
        if self._session.is_claimed(_ADOPTED):
            return
        with suppress(OSError, UnreadableWorkspace):  # the claims below warn of a folder that is locked
            if reading.is_workspace(self.workspace):
                self._adopt_all(self._reader())
        self._session.claim(_ADOPTED)

    def _adopt_all(self, found: reading.Workspace) -> None:
        for ref in (*(project.ref for project in found.projects()), *found.run_refs(), *found.deployment_refs()):
            self._session.claim(str(ref))

    def _known(self, ref: StableRef) -> dict[StableRef, ContextModel]:
        snapshot = self.get_run_snapshot(ref)
        models: Iterable[ContextModel] = (snapshot.run, *snapshot.stages, *snapshot.batches, *snapshot.samples, *snapshot.operations)
        return {model.ref: model for model in models}


def _value(given: StableRef | str, kind: str) -> str:
    """The value of a reference that may be given with or without its kind."""
    return str(given).removeprefix(f"{kind}:")


def _json_object(name: str, value: object) -> object:
    """An object that can be written as JSON; raises ContractError that names the field."""
    kept = apply(name, RULES["attributes"], value)
    try:
        orjson.dumps(kept)
    except TypeError:
        raise ContractError(name, f"cannot be written as JSON: {shown(value)}") from None
    return kept


def _config(given: Mapping[str, Any]) -> Config:
    unknown = set(given) - {field.name for field in fields(Config)}
    if unknown:
        raise ContextaError(
            f"config has no setting {', '.join(sorted(unknown))}; it has {', '.join(field.name for field in fields(Config))}"
        )
    if isinstance(given.get("environment_variables"), str):
        raise ContextaError("config: environment_variables is a list of names, not one text")
    return Config(**given)


def _folder_name(workspace: Path) -> str:
    """The name of the folder that a `.contexta` lies in, or of the workspace itself; `project` where neither makes a name."""
    named = workspace.parent if workspace.name.startswith(".") else workspace
    return named.name if any(char.isascii() and char.isalnum() for char in named.name) else "project"
