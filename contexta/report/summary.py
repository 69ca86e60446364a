"""What the pages about many runs know of one: small, made from its snapshot alone, and kept as JSON between builds."""

from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Any, Literal, NamedTuple, cast

from contexta.contract import (
    COMPARABLE,
    DeploymentExecution,
    DeploymentSnapshot,
    Project,
    Run,
    RunSnapshot,
    StableRef,
    instant,
)
from contexta.contract.details import run_details
from contexta.report import artifacts, kept, measures
from contexta.report.artifacts import ArtifactFacts
from contexta.report.cells import counted
from contexta.report.diagnostics import count, diagnose, diagnose_deployment
from contexta.report.document import Figure, Issue
from contexta.report.inline import Change, Duration, Number, Ref, Spark, Status

# As many sentences of one run as the pages about many show, and as much of each.
MAX_ATTENTION = 3
MAX_SENTENCE = 300


class Measure(NamedTuple):
    """What a number is of: the metric, where it was measured when that is not the whole run, and its unit."""

    label: str
    note: str
    unit: str | None


class Headline(NamedTuple):
    """A number that people look for first, and what it is of."""

    label: str
    note: str
    value: int | float
    unit: str | None

    @property
    def measure(self) -> Measure:
        """What it is of."""
        return Measure(self.label, self.note, self.unit)


class Concern(NamedTuple):
    """An issue of a run without its subject, which is the run."""

    severity: Literal["error", "warning"]
    key: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """The worst errors and warnings, and how many there are of each."""

    worst: tuple[Concern, ...]
    errors: int
    warnings: int

    @classmethod
    def of(cls, issues: tuple[Issue, ...]) -> "Attention":
        """The part of these issues, worst first, that needs attention."""
        grave = (Concern(issue.severity, issue.key, _short(issue.sentence)) for issue in issues if issue.severity != "info")
        worst = tuple(concern for concern, _ in zip(grave, range(MAX_ATTENTION), strict=False))
        return cls(worst=worst, errors=count(issues, "error"), warnings=count(issues, "warning"))

    @property
    def total(self) -> int:
        """Errors and warnings together."""
        return self.errors + self.warnings

    def counted(self) -> str:
        """Both in words; nothing where there are none."""
        return _counted(self.errors, self.warnings)

    def others(self) -> str:
        """The same without the worst: `2 more errors, 1 more warning`."""
        first = self.worst[0].severity if self.worst else ""
        return _counted(self.errors - (first == "error"), self.warnings - (first == "warning"), "more ")


def _counted(errors: int, warnings: int, which: str = "") -> str:
    return ", ".join(counted(number, which + word) for word, number in (("error", errors), ("warning", warnings)) if number > 0)


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= MAX_SENTENCE else f"{sentence[: MAX_SENTENCE - 1]}…"


class ProjectName(NamedTuple):
    """The project that runs say they belong to."""

    ref: str
    name: str
    created_at: str
    inferred: bool

    @classmethod
    def of(cls, project: Project) -> "ProjectName":
        """What a run keeps of its project."""
        return _shared(cls(ref=str(project.ref), name=project.name, created_at=project.created_at, inferred=project.inferred))


@lru_cache(maxsize=4096)
def _shared(project: ProjectName) -> ProjectName:
    """One object for all runs of a project."""
    return project


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What runs and deployments have in common there. `as_of` is the time of the newest line about it."""

    ref: str
    name: str
    project: ProjectName
    status: str
    inferred: bool
    started_at: str
    ended_at: str | None
    as_of: str | None
    attention: Attention

    def link(self) -> Ref:
        """It, called by its name."""
        return Ref(self.ref, self.name)

    def standing(self) -> Status:
        """How it stands."""
        return Status(self.status, self.inferred)

    def lasted(self) -> Duration | None:
        """How long it took: at least as long as its records span, where it is inferred from them."""
        if self.ended_at is None:
            return None
        return Duration((instant(self.ended_at) - instant(self.started_at)).total_seconds(), at_least=self.inferred)

    def _values(self) -> list[Any]:
        """In the order of the layout in which they are kept."""
        return [
            *(self.ref, self.name, *self.project, self.status, self.inferred, self.started_at, self.ended_at, self.as_of),
            *(self.attention.errors, self.attention.warnings, [*map(tuple, self.attention.worst)]),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary(Summary):
    """One run; `dataset` is what it says it was made from, `deployed` are those of its artifacts that its deployments name."""

    dataset: str | None
    headlines: tuple[Headline, ...]
    deployed: tuple[ArtifactFacts, ...]

    @property
    def is_comparable(self) -> bool:
        """Whether later runs may be measured against it."""
        return self.status in COMPARABLE

    def to_json(self) -> bytes:
        """The summary to keep."""
        if self.deployed or not all(headline.value - headline.value == 0 for headline in self.headlines):
            return kept.encode_any([*self._values(), self.dataset, self.headlines, self.deployed])
        return kept.encode([*self._values(), self.dataset, [*map(tuple, self.headlines)], []])

    @classmethod
    def from_json(cls, text: bytes) -> "RunSummary":
        """A summary that was kept; raises ValueError when `text` is none."""
        *values, dataset, headlines, deployed = kept.decode(text, kept.RUN)
        return cls(
            **_fields(values),
            dataset=dataset and intern(dataset),
            headlines=tuple([Headline(intern(label), intern(note), value, unit) for label, note, value, unit in headlines]),
            deployed=tuple(map(ArtifactFacts._make, deployed)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSummary(Summary):
    """One deployment, the run it came from and the artifact that was deployed, where a line names them."""

    run_ref: str | None
    artifact_ref: str | None

    def to_json(self) -> bytes:
        """The summary to keep."""
        return kept.encode([*self._values(), self.run_ref, self.artifact_ref])

    @classmethod
    def from_json(cls, text: bytes) -> "DeploymentSummary":
        """A summary that was kept; raises ValueError when `text` is none."""
        *values, run_ref, artifact_ref = kept.decode(text, kept.DEPLOYMENT)
        return cls(**_fields(values), run_ref=run_ref, artifact_ref=artifact_ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSummary:
    """One project in a list of many: how many runs and deployments it has, and its newest run.

    `leading` is the number that its newest completed run is judged by, `change` how it changed since the one before, `spark` how it went.
    """

    ref: str
    name: str
    created_at: str
    runs: int
    deployments: int
    newest: RunSummary | None
    leading: Headline | None = None
    change: Change | None = None
    spark: Spark | None = None

    @property
    def as_of(self) -> str | None:
        """The time of the newest line about its newest run."""
        return self.newest.as_of if self.newest else None


def summarize(snapshot: RunSnapshot) -> RunSummary:
    """What other pages need to know of a run. Its deployments speak for themselves there."""
    issues = tuple(issue for issue in diagnose(snapshot) if not issue.subject.ref.startswith("deployment:"))
    wanted = {deployment.artifact_ref for deployment in snapshot.deployments}
    return RunSummary(
        **_told(snapshot.project, snapshot.run, snapshot.as_of),
        attention=Attention.of(issues),
        dataset=_dataset(snapshot.run),
        headlines=tuple(map(_headline, measures.headlines(snapshot))),
        deployed=tuple(artifacts.facts(artifact) for artifact in snapshot.artifacts if artifact.manifest.artifact_ref in wanted),
    )


def summarize_deployment(snapshot: DeploymentSnapshot) -> DeploymentSummary:
    """What other pages need to know of a deployment."""
    deployment = snapshot.deployment
    return DeploymentSummary(
        **_told(snapshot.project, deployment, snapshot.as_of),
        attention=Attention.of(diagnose_deployment(snapshot)),
        run_ref=_text_of(deployment.run_ref),
        artifact_ref=_text_of(deployment.artifact_ref),
    )


def _told(project: Project, model: Run | DeploymentExecution, as_of: str | None) -> dict[str, Any]:
    return {
        "ref": str(model.ref),
        "name": model.name,
        "project": ProjectName.of(project),
        "status": model.status,
        "inferred": model.inferred,
        "started_at": model.started_at,
        "ended_at": model.ended_at,
        "as_of": as_of,
    }


def _dataset(run: Run) -> str | None:
    """The dataset that the run names, where that is text."""
    said = run_details(run).get("dataset_ref")
    return _short(said) if isinstance(said, str) and said else None


def _text_of(ref: StableRef | None) -> str | None:
    return None if ref is None else str(ref)


def _headline(figure: Figure) -> Headline:
    number = cast(Number, figure.value)
    return Headline(figure.label, figure.note, number.value, number.unit)


def _fields(values: list[Any]) -> dict[str, Any]:
    """The fields of any summary, of the values as they are kept."""
    ref, name, *project, status, inferred, started_at, ended_at, as_of, errors, warnings, worst = values
    return {
        "ref": ref,
        "name": name,
        "project": _shared(ProjectName._make(project)),
        "status": intern(status),
        "inferred": inferred,
        "started_at": started_at,
        "ended_at": ended_at,
        "as_of": as_of,
        "attention": Attention(worst=tuple(map(Concern._make, worst)), errors=errors, warnings=warnings),
    }
