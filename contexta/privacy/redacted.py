"""Samples with a redaction profile: that they are there is shown, and their numbers; what else was recorded on them is withheld."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

from contexta.contract import Artifact, DeploymentSnapshot, MetricSeries, RunSnapshot, SampleObservation, StableRef
from contexta.privacy.said import CONTENT, REST
from contexta.privacy.walk import with_fields

S = TypeVar("S", RunSnapshot, DeploymentSnapshot)

_RECORDS = ("events", "spans", "degraded")


def without_content(snapshot: S) -> tuple[S, Counter[str]]:
    """A snapshot without what was recorded on such samples, and how often that was left out; itself where nothing was."""
    counts: Counter[str] = Counter()
    samples: tuple[SampleObservation, ...] = getattr(snapshot, "samples", ())
    profiles = {sample.ref: sample.redaction_profile for sample in samples if sample.redaction_profile is not None}
    if not profiles:
        return snapshot, counts
    new = {name: tuple([_record(one, profiles, counts) for one in getattr(snapshot, name)]) for name in _RECORDS}
    new["series"] = tuple([_series(one, profiles, counts) for one in snapshot.series])
    new["artifacts"] = tuple([_artifact(one, profiles, counts) for one in getattr(snapshot, "artifacts", ())])
    return with_fields(snapshot, new) if counts else snapshot, counts


def _record(record: Any, profiles: Mapping[StableRef, str], counts: Counter[str]) -> Any:
    profile = profiles.get(record.envelope.sample_observation_ref) or profiles.get(record.subject)
    payload = record.payload if profile is None else _without(record.payload, profile, counts)
    return record if payload is record.payload else with_fields(record, {"payload": payload})


def _artifact(artifact: Artifact, profiles: Mapping[StableRef, str], counts: Counter[str]) -> Artifact:
    sample = artifact.manifest.sample_observation_ref
    profile = profiles.get(sample) if sample else None
    manifest = artifact.manifest if profile is None else _without(artifact.manifest, profile, counts)
    return artifact if manifest is artifact.manifest else with_fields(artifact, {"manifest": manifest})


def _series(series: MetricSeries, profiles: Mapping[StableRef, str], counts: Counter[str]) -> MetricSeries:
    """Without what numbers the points of such samples: a caption, a name."""
    found = [profiles.get(subject) for subject in series.subjects] if series.labels else []
    labels = tuple([label if profile is None else _mark(profile) for label, profile in zip(series.labels, found, strict=True)])
    if labels == series.labels:
        return series
    counts[CONTENT] += 1
    return with_fields(series, {"labels": labels})


def _mark(profile: str) -> str:
    return f"[withheld: redaction profile {profile}]"


def _without(said: Any, profile: str, counts: Counter[str]) -> Any:
    """What was said, but for its texts and attributes; itself where it has none, or they were withheld before."""
    mark = _mark(profile)
    marked: dict[str, Any] = {"message": mark, "summary": mark, "attributes": {REST: mark}, "unknown": {}}
    new = {name: value for name, value in marked.items() if getattr(said, name, None) and getattr(said, name) != value}
    if not new:
        return said
    counts[CONTENT] += len(new)
    return with_fields(said, new)
