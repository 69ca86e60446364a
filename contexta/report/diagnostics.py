"""What needs attention in a run or deployment: rules, each a function from a snapshot to issues."""

from collections.abc import Callable, Iterable, Iterator

from contexta.contract import Artifact, DegradedRecord, DeploymentSnapshot, Problem, RunSnapshot, StructuredEventRecord
from contexta.contract.records import LOST_WRITES, NON_FINITE_METRIC
from contexta.report import cells
from contexta.report.document import Issue, Issues
from contexta.report.inline import Ref, Severity

MAX_ISSUES = 200

_WORST_FIRST = {"error": 0, "warning": 1, "info": 2}

ERROR_LEVELS = ("error", "critical")

# The issue_key of a degraded record → what kind of issue it is, where that is more than a degraded record.
_DEGRADED = {LOST_WRITES: "lost_records", NON_FINITE_METRIC: "non_finite_metric"}

RunRule = Callable[[RunSnapshot], Iterator[Issue]]


def diagnose(snapshot: RunSnapshot) -> tuple[Issue, ...]:
    """The issues of a run, worst first."""
    return worst_first(issue for rule in RUN_RULES for issue in rule(snapshot))


def diagnose_deployment(snapshot: DeploymentSnapshot) -> tuple[Issue, ...]:
    """The issues of a deployment, worst first."""
    return worst_first(issue for rule in DEPLOYMENT_RULES for issue in rule(snapshot))


def worst_first(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Errors, then warnings, then the rest; otherwise in the order given."""
    return tuple(sorted(issues, key=lambda issue: _WORST_FIRST[issue.severity]))


def shown(issues: tuple[Issue, ...]) -> Issues:
    """As many issues as a page takes."""
    return Issues(issues[:MAX_ISSUES], len(issues))


def count(issues: Iterable[Issue], severity: Severity) -> int:
    """How many issues are of a severity."""
    return sum(issue.severity == severity for issue in issues)


def _run(snapshot: RunSnapshot) -> Iterator[Issue]:
    run = snapshot.run
    if run.status == "failed":
        yield Issue("error", "failed_run", f"Run {run.name} failed{_last_error(snapshot)}.", cells.ref(run))
    if run.status == "open":
        yield Issue("warning", "unfinished_run", f"Run {run.name} was left open: it never ended, or is still going.", cells.ref(run))
    if run.inferred:
        what = (
            f"No line describes run {run.name}: that it exists, when, and its stages and batches are inferred from what names them. "
            "Its status is unknown."
        )
        yield Issue("info", "inferred_run", what, cells.ref(run))


def _last_error(snapshot: RunSnapshot | DeploymentSnapshot) -> str:
    """What was logged last at level error or worse: most often the reason."""
    own = [record.payload for record in snapshot.events if record.subject.kind != "deployment" or isinstance(snapshot, DeploymentSnapshot)]
    messages = [payload.message for payload in own if payload.level in ERROR_LEVELS and payload.message]
    return f"; its last error: {messages[-1]}" if messages else ""


def _stages(snapshot: RunSnapshot) -> Iterator[Issue]:
    for stage in snapshot.stages:
        if stage.status == "failed":
            yield Issue("error", "failed_stage", f"Stage {stage.name} failed.", cells.ref(stage))
        if stage.status == "open":
            yield Issue("warning", "unfinished_stage", f"Stage {stage.name} was left open.", cells.ref(stage))


def _batches(snapshot: RunSnapshot) -> Iterator[Issue]:
    for batch in snapshot.batches:
        where = f"Batch {batch.name} of stage {batch.stage_execution_ref.name}"
        if batch.status == "failed":
            yield Issue("error", "failed_batch", f"{where} failed.", cells.ref(batch))
        if batch.status == "open":
            yield Issue("warning", "incomplete_batch", f"{where} was left open.", cells.ref(batch))


def _deployments(snapshot: RunSnapshot) -> Iterator[Issue]:
    for deployment in snapshot.deployments:
        if deployment.status == "failed":
            yield Issue("error", "failed_deployment", f"Deployment {deployment.name} failed.", cells.ref(deployment))


def _degraded(snapshot: RunSnapshot | DeploymentSnapshot) -> Iterator[Issue]:
    return map(degraded_issue, snapshot.degraded)


def degraded_issue(record: DegradedRecord) -> Issue:
    """What a degraded record says."""
    payload = record.payload
    severity: Severity = "error" if payload.severity == "error" else "warning"
    what = f"{payload.issue_key} ({payload.category}): {payload.summary}"
    return Issue(severity, _DEGRADED.get(payload.issue_key, "degraded_record"), what, cells.bare_ref(record.subject))


def _events(snapshot: RunSnapshot | DeploymentSnapshot) -> Iterator[Issue]:
    for record in snapshot.events:
        if record.payload.level in ERROR_LEVELS:
            yield _event_issue(record)


def _event_issue(record: StructuredEventRecord) -> Issue:
    payload = record.payload
    severity: Severity = "error" if payload.level == "critical" else "warning"
    message = f": {payload.message}" if payload.message else ""
    return Issue(severity, "error_event", f"{payload.event_key} at {record.subject.name}{message}", cells.bare_ref(record.subject))


def _artifacts(snapshot: RunSnapshot) -> Iterator[Issue]:
    for artifact in snapshot.artifacts:
        if is_missing(artifact):
            manifest = artifact.manifest
            what = f"The file of {manifest.artifact_kind} {manifest.artifact_ref.name} was not there: {manifest.location_ref}"
            yield Issue("warning", "missing_artifact", what, cells.bare_ref(manifest.artifact_ref))


def is_missing(artifact: Artifact) -> bool:
    """Whether the file is known not to be there, or was not when it was registered."""
    if artifact.in_workspace is not None:
        return not artifact.in_workspace
    return artifact.existed is False or artifact.binding_status in ("PENDING", "DEGRADED")


def _stages_without_metrics(snapshot: RunSnapshot) -> Iterator[Issue]:
    measured = {series.owner for series in snapshot.series}
    for stage in snapshot.stages:
        if stage.status == "completed" and stage.ref not in measured:
            what = f"Stage {stage.name} completed without a metric."
            yield Issue("info", "stage_without_metrics", what, cells.ref(stage))


def _problems(snapshot: RunSnapshot | DeploymentSnapshot) -> Iterator[Issue]:
    subject = cells.ref(snapshot.run if isinstance(snapshot, RunSnapshot) else snapshot.deployment)
    return (problem_issue(problem, subject) for problem in snapshot.problems)


def problem_issue(problem: Problem, subject: Ref) -> Issue:
    """A problem of the files as an issue of what was made from them."""
    return Issue(problem.severity, problem.key, f"{problem.place}: {problem.what}", subject)


def _deployment(snapshot: DeploymentSnapshot) -> Iterator[Issue]:
    deployment = snapshot.deployment
    if deployment.status == "failed":
        what = f"Deployment {deployment.name} failed{_last_error(snapshot)}."
        yield Issue("error", "failed_deployment", what, cells.ref(deployment))
    if deployment.inferred:
        what = f"No line describes deployment {deployment.name}: it is inferred from the records that name it. Its status is unknown."
        yield Issue("info", "inferred_deployment", what, cells.ref(deployment))


RUN_RULES: tuple[RunRule, ...] = (
    _run,
    _stages,
    _batches,
    _deployments,
    _degraded,
    _events,
    _artifacts,
    _stages_without_metrics,
    _problems,
)
DEPLOYMENT_RULES: tuple[Callable[[DeploymentSnapshot], Iterator[Issue]], ...] = (_deployment, _degraded, _events, _problems)
