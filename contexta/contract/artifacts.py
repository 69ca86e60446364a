"""Artifact manifests: the files that a run left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contexta.contract.model import SCHEMA_VERSION, Model
from contexta.contract.records import SCOPES
from contexta.contract.refs import StableRef


@dataclass(frozen=True, slots=True)
class ArtifactManifest(Model):
    """A file that a run left: what it is, where it lies, its size in bytes and its SHA-256."""

    artifact_ref: StableRef
    artifact_kind: str
    created_at: str
    producer_ref: str
    run_ref: StableRef
    location_ref: str
    deployment_execution_ref: StableRef | None = None
    stage_execution_ref: StableRef | None = None
    batch_execution_ref: StableRef | None = None
    sample_observation_ref: StableRef | None = None
    operation_context_ref: StableRef | None = None
    hash_value: str | None = None
    size_bytes: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    schema_version: str = SCHEMA_VERSION
    extensions: tuple[Mapping[str, Any], ...] = ()

    LIES_IN = (("artifact_ref", "run_ref"), *SCOPES)
