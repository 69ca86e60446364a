"""What the page of a later run needs to know of an earlier one, and nothing else: small, and made from its snapshot alone."""

import hashlib
import json
import math
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal, NamedTuple

from contexta.contract import MetricSeries, RunSnapshot
from contexta.contract.details import run_details
from contexta.report import measures
from contexta.report.diagnostics import diagnose
from contexta.report.document import Chart, Issue, Line
from contexta.report.inline import Ref

# What is kept of a run that holds far more than anyone compares.
MAX_MEASURES, MAX_PARAMETERS, MAX_PACKAGES, MAX_FINDINGS, MAX_CURVES, MAX_POINTS = 200, 500, 2_000, 100, 12, 32

# Longer texts are kept by their beginning and a hash, so that two that differ stay different.
MAX_TEXT = 200

# What was measured on single samples, operations or deployments is not compared from run to run.
LEVELS = ("run", "stage", "batch")


_HASH = re.compile(r"-[0-9a-f]{12}\Z")


class Measured(NamedTuple):
    """What a number is of, the same in every run: the metric with its tags, and where in the run it was measured."""

    label: str
    where: str

    @classmethod
    def of(cls, series: MetricSeries) -> "Measured":
        """What a series is of."""
        return cls(measures.label(series), measures.scope(series))


class Measure(NamedTuple):
    """The last value, and the least and greatest of the finite ones: which of these is best depends on who asks."""

    key: str
    unit: str | None
    last: int | float
    least: int | float | None
    greatest: int | float | None

    @classmethod
    def of(cls, series: MetricSeries) -> "Measure":
        """The numbers of a series."""
        least, greatest = series.spread or (None, None)
        return cls(series.key, series.unit, series.values[-1], least, greatest)


class Curve(NamedTuple):
    """A line of few points: enough for its look beside another of the same axis."""

    axis: Literal["seconds", "index"]
    xs: tuple[float, ...]
    ys: tuple[float | None, ...]


class Finding(NamedTuple):
    """A kind of issue in a place of a run: what is the same issue in another run, though its sentence differs."""

    key: str
    where: str

    @classmethod
    def of(cls, issue: Issue) -> "Finding":
        """The finding that an issue is; the run itself is nowhere in particular."""
        kind, _, value = issue.subject.ref.partition(":")
        inner = value.split(".", 2)[2:]
        return cls(issue.key, f"{kind} {without_hash(inner[0])}" if inner else "")

    @property
    def words(self) -> str:
        """`failed_stage in stage train`."""
        return f"{self.key} in {self.where}" if self.where else self.key


def without_hash(name: str) -> str:
    """The name of an artifact without the hash that capturing gives it, which differs from run to run."""
    return _HASH.sub("", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a run was started with: settings and tags by dotted name, code, data, and what it ran on.

    `cut` names the fields of which only the entries are kept whose names come first.
    """

    parameters: Mapping[str, str]
    code_revision: str | None
    dataset: str | None
    python: str | None
    platform: str | None
    packages: Mapping[str, str]
    cut: tuple[str, ...] = ()

    @classmethod
    def of(cls, snapshot: RunSnapshot) -> "Setup":
        """The setup of a run; its environment is the one that was captured last."""
        details = run_details(snapshot.run)
        environment = snapshot.environments[-1] if snapshot.environments else None
        named = {
            "parameters": (_parameters(details), MAX_PARAMETERS),
            "packages": (environment.packages if environment else {}, MAX_PACKAGES),
        }
        kept = {
            name: entries if len(entries) <= limit else dict(sorted(entries.items())[:limit]) for name, (entries, limit) in named.items()
        }
        return cls(
            parameters=kept["parameters"],
            code_revision=_text(details.get("code_revision")),
            dataset=_text(details.get("dataset_ref")),
            python=environment.python_version if environment else None,
            platform=environment.platform if environment else None,
            packages=kept["packages"],
            cut=tuple(name for name, (entries, limit) in named.items() if len(entries) > limit),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTraits:
    """One run as a later one sees it.

    `measures` are the numbers of its own, its stages and batches, `curves` the course of those that have one. `findings` are what needs
    attention; they are `all_findings` where none was left out. Only against one that `is_comparable` later runs are measured.
    """

    ref: str
    name: str
    project: str
    status: str
    inferred: bool
    is_comparable: bool
    started_at: str
    setup: Setup
    measures: Mapping[Measured, Measure]
    curves: Mapping[Measured, Curve]
    findings: tuple[Finding, ...]
    all_findings: bool

    @classmethod
    def of(cls, snapshot: RunSnapshot) -> "RunTraits":
        """What the page of a later run needs to know of this one."""
        run = snapshot.run
        measured = [(Measured.of(series), series) for series in snapshot.series if series.level in LEVELS][:MAX_MEASURES]
        findings = findings_of(diagnose(snapshot))
        return cls(
            ref=run.ref.text,
            name=run.name,
            project=snapshot.project.ref.text,
            status=run.status,
            inferred=run.inferred,
            is_comparable=run.is_comparable,
            started_at=run.started_at,
            setup=Setup.of(snapshot),
            measures={what: Measure.of(series) for what, series in measured},
            curves=dict(islice(_curves(measured, run.started_at), MAX_CURVES)),
            findings=tuple(islice(findings, MAX_FINDINGS)),
            all_findings=len(findings) <= MAX_FINDINGS,
        )

    def link(self) -> Ref:
        """It, called by its name."""
        return Ref(self.ref, self.name)

    def digest(self) -> str:
        """A short text that differs where anything else does. Of points the bytes are taken: writing them takes ten times as long."""
        found = hashlib.blake2b(repr(replace(self, curves={})).encode("utf-8", "surrogatepass"), digest_size=16)
        for what, curve in self.curves.items():
            found.update(repr((what, curve.axis, len(curve.xs))).encode("utf-8", "surrogatepass"))
            found.update(array("d", [*curve.xs, *(math.nan if y is None else y for y in curve.ys)]).tobytes())
        return found.hexdigest()

    def beside(self, drawn: Chart, series: MetricSeries) -> Chart:
        """The chart of a later run's series with the course that it took here as a faint line, as far as the chart reaches."""
        curve = self.curves.get(Measured.of(series))
        if curve is None or curve.axis != drawn.axis:
            return drawn
        first = drawn.lines[0].xs
        kept = slice(bisect_left(curve.xs, first[0]), bisect_right(curve.xs, first[-1]))
        line = Line(self.name, curve.xs[kept], curve.ys[kept], faint=True)
        if len(line.xs) < 2 or (drawn.scale == "log" and any(y is not None and y <= 0 for y in line.ys)):
            return drawn
        return replace(drawn, lines=(*drawn.lines, line))


def findings_of(issues: Iterable[Issue]) -> Mapping[Finding, Issue]:
    """What is found by these issues, each with the first. Those of deployments come after the run, and speak for themselves."""
    found: dict[Finding, Issue] = {}
    for issue in issues:
        if not issue.subject.ref.startswith("deployment:"):
            found.setdefault(Finding.of(issue), issue)
    return found


def _curves(measured: Iterable[tuple[Measured, MetricSeries]], begin: str) -> Iterator[tuple[Measured, Curve]]:
    for what, series in measured:
        if len(series.values) > 1:
            drawn = measures.course(series, begin, measures.sampled(len(series.values), MAX_POINTS))
            yield what, Curve(drawn.axis, drawn.xs, drawn.ys)


def _parameters(details: Mapping[str, Any]) -> Mapping[str, str]:
    return {**dict(_flat(details.get("config_snapshot"), "")), **dict(_flat(details.get("tags"), "tags."))}


def _flat(value: Any, prefix: str) -> Iterator[tuple[str, str]]:
    """The texts in a mapping by dotted name. A stack, because a hostile one may be nested deeply."""
    stack = [(prefix, value)] if isinstance(value, Mapping) else []
    while stack:
        above, mapping = stack.pop()
        for name, inner in mapping.items():
            if isinstance(inner, Mapping) and inner:
                stack.append((f"{above}{name}.", inner))
            else:
                yield _shortened(f"{above}{name}"), _text(inner) or ""


def _text(value: Any) -> str | None:
    """A value as a person would write it into a settings file."""
    match value:
        case None:
            return None
        case str():
            return _shortened(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
    try:
        return _shortened(json.dumps(value, ensure_ascii=False, default=str))
    except RecursionError:
        return "(nested too deep to show)"


def _shortened(text: str) -> str:
    """A long text by its beginning and a hash of all."""
    if len(text) <= MAX_TEXT:
        return text
    rest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{text[:MAX_TEXT]}… ({len(text):,} characters, {rest})"
