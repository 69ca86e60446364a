"""What the pages about many runs know of one: small, made from its snapshot alone, and kept as JSON between builds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Any, Literal, NamedTuple

from contexta.contract import COMPARABLE, instant
from contexta.report import kept
from contexta.report.inline import Change, Duration, Ref, Spark, Status
from contexta.report.phrases import counted


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


class ArtifactFacts(NamedTuple):
    """An artifact in plain values; `state` says whether its file is there, as far as anyone can tell."""

    ref: str
    kind: str
    state: str
    size_bytes: int | None
    sha256: str | None
    location: str
    created_at: str
    made_in: str | None
    attributes: Mapping[str, Any]


class ProjectName(NamedTuple):
    """The project that runs say they belong to."""

    ref: str
    name: str
    created_at: str
    inferred: bool


@lru_cache(maxsize=4096)
def shared(project: ProjectName) -> ProjectName:
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


def _fields(values: list[Any]) -> dict[str, Any]:
    """The fields of any summary, of the values as they are kept."""
    ref, name, *project, status, inferred, started_at, ended_at, as_of, errors, warnings, worst = values
    return {
        "ref": ref,
        "name": name,
        "project": shared(ProjectName._make(project)),
        "status": intern(status),
        "inferred": inferred,
        "started_at": started_at,
        "ended_at": ended_at,
        "as_of": as_of,
        "attention": Attention(worst=tuple(map(Concern._make, worst)), errors=errors, warnings=warnings),
    }
