"""What the lines of a run, or of a deployment, say together: the snapshot that reports are made from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from contexta.contract import (
    BatchExecution,
    DeploymentExecution,
    DeploymentSnapshot,
    EnvironmentSnapshot,
    OperationContext,
    Problem,
    Record,
    Run,
    RunSnapshot,
    SampleObservation,
    StableRef,
    StageExecution,
    TraceSpanRecord,
)
from contexta.contract.context import in_order
from contexta.contract.fields import chronological
from contexta.workspace.assembly import Assembly
from contexta.workspace.clocks import out_of_their_time
from contexta.workspace.habits import Habits
from contexta.workspace.index import unpacked
from contexta.workspace.lane import Repeated
from contexta.workspace.mentions import inferred_project
from contexta.workspace.puts import Put
from contexta.workspace.sources import DeploymentSource, Lines, RunSource

R = TypeVar("R", bound=Record)


def run_snapshot(source: RunSource, habits: Habits | None = None) -> RunSnapshot:
    """All that the lines of a run say, with its project and the deployments that puts describe anywhere in the workspace."""
    ref, described = source.ref, {deployment.ref: deployment for deployment in source.deployments}
    lines = _assembled(source.lines, source.problems, habits, ref.value)
    run = _run(lines, ref)
    return RunSnapshot(
        project=source.project or inferred_project(run.project_ref, run.started_at),
        run=run,
        stages=lines.known(StageExecution, "stage"),
        batches=lines.known(BatchExecution, "batch"),
        samples=lines.known(SampleObservation, "sample"),
        operations=lines.known(OperationContext, "op"),
        deployments=tuple(sorted(_deployments(lines, ref, described), key=in_order)),
        environments=tuple(sorted(lines.described(EnvironmentSnapshot), key=lambda model: chronological(model.captured_at))),
        artifacts=tuple(sorted(lines.artifacts.values(), key=lambda artifact: chronological(artifact.manifest.created_at))),
        series=tuple(lines.series.finish()),
        events=_by_time(lines.events),
        spans=_by_start(lines.spans),
        degraded=_by_time(lines.degraded),
        producers=tuple(sorted(lines.producers)),
        sources=lines.sources(),
        problems=tuple(
            sorted((*lines.problems, *lines.orphan_problems(), *out_of_their_time(_puts(lines, "run", "stage", "batch"), lines.mentions)))
        ),
        unassigned=source.unassigned,
        as_of=lines.as_of or None,
    )


def _run(lines: Assembly, ref: StableRef) -> Run:
    described = [run for run in lines.described(Run) if run.ref == ref]
    if described:
        return described[0]
    if ref not in lines.mentions.seen:  # only a deployment names it, or lines that cannot be used
        lines.mentions.add([ref], lines.some_time())
    return next(run for run in lines.known(Run, "run") if run.ref == ref)


def _puts(lines: Assembly, *kinds: str) -> Iterator[Put]:
    """The latest puts of some kinds of scope that no other contradicts: another page tells of other kinds."""
    return (put for ref, put in lines.puts.latest.items() if ref.kind in kinds and ref not in lines.puts.disputed)


def _deployments(lines: Assembly, ref: StableRef, described: Mapping[StableRef, DeploymentExecution]) -> Iterator[DeploymentExecution]:
    named = lines.mentions.seen
    yield from (model for model in described.values() if model.run_ref == ref or model.ref in named)
    for model in lines.mentions.inferred("deployment", described):
        if isinstance(model, DeploymentExecution):
            yield replace(model, run_ref=ref)


def deployment_snapshot(source: DeploymentSource, habits: Habits | None = None) -> DeploymentSnapshot:
    """All that the lines of a deployment say: its puts, and the records that name it."""
    ref, lines = source.ref, _assembled(source.lines, (), habits)
    if ref not in lines.mentions.seen:  # only lines that cannot be used name it
        lines.mentions.add([ref], lines.some_time())
    deployment = next(model for model in lines.known(DeploymentExecution, "deployment") if model.ref == ref)
    runs = sorted(lines.record_runs)
    if deployment.inferred and len(runs) == 1:
        deployment = replace(deployment, run_ref=runs[0])
    return DeploymentSnapshot(
        project=source.project or inferred_project(deployment.project_ref, deployment.started_at),
        deployment=deployment,
        runs=tuple(runs),
        series=tuple(series for series in lines.series.finish() if series.owner == ref),
        events=_by_time(lines.events),
        spans=_by_start(lines.spans),
        degraded=_by_time(lines.degraded),
        problems=tuple(sorted((*lines.problems, *out_of_their_time(_puts(lines, "deployment"), lines.mentions)))),
        as_of=lines.as_of or None,
    )


def _assembled(lines: Lines, problems: Iterable[Problem], habits: Habits | None, run: str = "") -> Assembly:
    """Lines, read and put together with what is known to be wrong beside them; `run` where all are of one (`project.run`).

    Hardly any record stands twice. What tells whether it says the same is made only once one does: all is read again then.
    """
    habits = habits or Habits()
    habits.make_room()
    try:
        return _read_into(Assembly(lines.root, habits=habits, run=run, weighs=False), lines, problems)
    except Repeated:
        return _read_into(Assembly(lines.root, habits=habits, run=run), lines, problems)


def _read_into(assembly: Assembly, lines: Lines, problems: Iterable[Problem]) -> Assembly:
    assembly.problems.extend(problems)
    for plane, data in lines.extents:
        assembly.read(plane, unpacked(plane.name, data))
    return assembly


def _by_time(records: list[R]) -> tuple[R, ...]:
    return tuple(sorted(records, key=lambda record: chronological(record.envelope.observed_at)))


def _by_start(spans: list[TraceSpanRecord]) -> tuple[TraceSpanRecord, ...]:
    return tuple(sorted(spans, key=lambda record: chronological(record.payload.started_at)))
