"""What is wrong with a run, a deployment or lines of neither, each at its place. The pages' Data Health is made from the same."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contexta.contract import Artifact, DeploymentSnapshot, Problem, RunSnapshot, seconds_between
from contexta.contract.fields import is_before
from contexta.report.diagnostics import degraded_issue, diagnose
from contexta.report.document import Issue
from contexta.report.health.inferred import inferred
from contexta.report.inline import Severity

# Issues of a run that say something of how it was written down, rather than of how it went.
_OF_SCOPES = frozenset({"unfinished_run", "unfinished_stage", "incomplete_batch", "missing_artifact"})

# Seconds that the clock of the machine which wrote may be ahead of this one's.
AHEAD = 60.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: at a line of a file (0 for all of it), or about what `ref` names, whose line is looked up."""

    severity: Severity
    key: str
    what: str
    file: str = ""
    line: int = 0
    ref: str = ""

    @property
    def place(self) -> str:
        """File and line as an editor takes them, else the reference."""
        return (f"{self.file}:{self.line}" if self.line else self.file) or self.ref


def in_files(problems: Iterable[Problem]) -> Iterator[Finding]:
    """What is wrong with lines."""
    return (Finding(problem.severity, problem.key, problem.what, problem.file, problem.line) for problem in problems)


def in_run(snapshot: RunSnapshot) -> Iterator[Finding]:
    """What is wrong with the lines of a run, and with what they say together."""
    yield from in_files(snapshot.problems)
    yield from (_about(issue, issue.subject.ref) for issue in diagnose(snapshot) if issue.key in _OF_SCOPES)
    yield from _degraded(snapshot)
    if guessed := inferred(snapshot):
        most = max(snapshot.sources, key=lambda source: source.lines, default=None)
        yield Finding("info", "undescribed", f"inferred of {snapshot.run.ref}: {guessed}", most.file if most else "")


def to_come(snapshot: RunSnapshot, now: str) -> Iterator[Finding]:
    """Whether a run holds times that are still to come, beyond what the clocks of two machines may differ by."""
    seen = snapshot.as_of
    if seen and is_before(now, seen) and (ahead := seconds_between(now, seen)) > AHEAD:
        what = f"the newest time of {snapshot.run.ref} is {seen}, {ahead:,.0f} s from now ({now})"
        yield Finding("warning", "time_to_come", what, ref=snapshot.run.ref.text)


def about_artifact(artifact: Artifact, key: str, what: str, severity: Severity) -> Finding:
    """What came out when an artifact was compared with its file."""
    return Finding(severity, key, what, ref=artifact.manifest.artifact_ref.text)


def in_deployment(snapshot: DeploymentSnapshot) -> Iterator[Finding]:
    """What is wrong with the lines of a deployment."""
    yield from in_files(snapshot.problems)
    yield from _degraded(snapshot)


def _degraded(snapshot: RunSnapshot | DeploymentSnapshot) -> Iterator[Finding]:
    return (_about(degraded_issue(record), record.envelope.record_ref.text) for record in snapshot.degraded)


def _about(issue: Issue, ref: str) -> Finding:
    return Finding(issue.severity, issue.key, issue.sentence, ref=ref)
