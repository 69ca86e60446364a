"""What the pages about many runs know of one: small, and made from its snapshot alone."""

from dataclasses import dataclass

from contexta.contract import Artifact, DeploymentExecution, DeploymentSnapshot, Project, Run, RunSnapshot
from contexta.report import measures
from contexta.report.diagnostics import count, diagnose, diagnose_deployment
from contexta.report.document import Fact, Issue

# As many sentences of one run as the pages about many show.
MAX_ATTENTION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """The worst errors and warnings, and how many there are of each."""

    worst: tuple[Issue, ...]
    errors: int
    warnings: int

    @classmethod
    def of(cls, issues: tuple[Issue, ...]) -> "Attention":
        """The part of these issues, worst first, that needs attention."""
        grave = tuple(issue for issue in issues if issue.severity != "info")
        return cls(worst=grave[:MAX_ATTENTION], errors=count(issues, "error"), warnings=count(issues, "warning"))

    @property
    def total(self) -> int:
        """Errors and warnings together."""
        return self.errors + self.warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What runs and deployments have in common there."""

    project: Project
    attention: Attention
    as_of: str | None

    def to_json(self) -> bytes:
        """Interim."""
        import pickle

        return pickle.dumps(self).hex().encode()

    @classmethod
    def from_json(cls, text):  # type: ignore
        """Interim."""
        import pickle

        return pickle.loads(bytes.fromhex(text.decode()))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary(Summary):
    """One run; `deployed` are those of its artifacts that its deployments name."""

    run: Run
    headlines: tuple[Fact, ...]
    deployed: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSummary(Summary):
    """One deployment."""

    deployment: DeploymentExecution


def summarize(snapshot: RunSnapshot) -> RunSummary:
    """What other pages need to know of a run. Its deployments speak for themselves there."""
    issues = tuple(issue for issue in diagnose(snapshot) if not issue.subject.ref.startswith("deployment:"))
    wanted = {deployment.artifact_ref for deployment in snapshot.deployments}
    return RunSummary(
        project=snapshot.project,
        run=snapshot.run,
        headlines=measures.headlines(snapshot),
        attention=Attention.of(issues),
        deployed=tuple(artifact for artifact in snapshot.artifacts if artifact.manifest.artifact_ref in wanted),
        as_of=snapshot.as_of,
    )


def summarize_deployment(snapshot: DeploymentSnapshot) -> DeploymentSummary:
    """What other pages need to know of a deployment."""
    return DeploymentSummary(
        project=snapshot.project,
        deployment=snapshot.deployment,
        attention=Attention.of(diagnose_deployment(snapshot)),
        as_of=snapshot.as_of,
    )
