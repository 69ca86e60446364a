"""Which parts of what is known of a run, a deployment or a file hold text that a program wrote."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any, get_type_hints

from contexta.contract import Artifact, DeploymentSnapshot, MetricSeries, Problem, RunSnapshot, Source
from contexta.contract.fields import FREE_CONTAINERS, FREE_TEXTS
from contexta.contract.model import Model


@dataclass(frozen=True, slots=True)
class Files:
    """What is wrong with lines of the workspace, whoever's they are."""

    problems: tuple[Problem, ...]


# Every line says it, and no page.
_UNSHOWN = frozenset({"schema_version"})

# Of what is no model of the contract.
_TEXTS: dict[type, tuple[str, ...]] = {Problem: ("file", "what"), Source: ("file",), Artifact: ("binding_status",), MetricSeries: ("unit",)}
_CONTAINERS: dict[type, tuple[str, ...]] = {MetricSeries: ("tags", "labels")}
_GROUPS = ("stages", "batches", "samples", "operations", "deployments", "environments", "artifacts", "series")
_RECORDS = ("events", "spans", "degraded")
_INNER: dict[type, tuple[str, ...]] = {
    RunSnapshot: ("project", "run", *_GROUPS, *_RECORDS, "producers", "sources", "problems"),
    DeploymentSnapshot: ("project", "deployment", "series", *_RECORDS, "problems"),
    Artifact: ("manifest",),
    Files: ("problems",),
}


@cache
def texts(cls: type) -> tuple[str, ...]:
    """The fields that hold a text."""
    return _TEXTS[cls] if cls in _TEXTS else tuple(item.name for item in _model_fields(cls) if item.name in FREE_TEXTS - _UNSHOWN)


@cache
def containers(cls: type) -> tuple[str, ...]:
    """The fields that hold names and values, or a list of texts."""
    found = (item.name for item in _model_fields(cls) if item.name in FREE_CONTAINERS or item.name == "unknown")
    return _CONTAINERS[cls] if cls in _CONTAINERS else tuple(found)


@cache
def inner(cls: type) -> tuple[str, ...]:
    """The fields that hold something with parts of its own, or several such."""
    return _INNER[cls] if cls in _INNER else tuple(name for name, kind in _hints(cls).items() if _is_model(kind))


def _model_fields(cls: Any) -> Iterator[Any]:
    return iter(fields(cls)) if _is_model(cls) else iter(())


def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls) if _is_model(cls) else {}


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model)


@cache
def all_of(cls: type) -> Callable[[object], tuple[Any, ...]]:
    """What takes the texts and containers out of one of these, and of what lies in it, all at once."""
    paths = [*_paths(cls)]
    return attrgetter(*paths, paths[0])  # of two names or more it makes a tuple


def _paths(cls: type) -> Iterator[str]:
    yield from (*texts(cls), *containers(cls))
    for name in inner(cls):
        yield from (f"{name}.{path}" for path in _paths(get_type_hints(cls)[name]))
