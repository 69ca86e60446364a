"""The page of a run as several commands want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contexta.report import Directions, Document
    from contexta.workspace import Workspace


def page_of_run(opened: Workspace, ref: str, directions: Directions) -> Document:
    """Measured against the run of its project that completed before it. Raises UnknownRef where a person means no run by `ref`."""
    from contexta.report import RunTraits, build_snapshot_report

    snapshot = opened.snapshot(opened.resolve(ref))
    previous = opened.previous(snapshot.run.ref)
    return build_snapshot_report(snapshot, RunTraits.of(previous) if previous else None, directions)
