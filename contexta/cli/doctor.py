"""`contexta-report doctor`: what is wrong with a workspace, by file and line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contexta.cli.options import CACHE, OUTPUT, WORKSPACE
from contexta.cli.output import write
from contexta.cli.telling import EXIT_GATE, errors_told, tell

if TYPE_CHECKING:
    from contexta.report.health import Finding
    from contexta.workspace import Workspace
    from contexta.workspace.sources import Lines


@click.command()
@WORKSPACE
@click.option("--format", "format_", default="text", show_default=True, type=click.Choice(["text", "json"]))
@click.option("--verify", is_flag=True, help="Read the files of all artifacts, and compare their size and SHA-256.")
@OUTPUT
@CACHE
def doctor(folder: Path, format_: str, out: str, cache: Path | None, *, verify: bool) -> None:
    """Say all that is wrong with the files of a workspace, what it means for the reports, and what to do.

    Exit 1 when anything is wrong, 0 when nothing is; what does not matter is told as a note.
    """
    with errors_told():
        from contexta import workspace
        from contexta.delivery.health import to_json, to_text
        from contexta.privacy import SECRETS
        from contexta.report.health import Examination

        found = Examination()
        with workspace.indexed(folder, cache, waiting=tell) as opened:
            for findings in _examined(opened, verify=verify):
                found.add(findings)
            files = {name.partition("#")[0] for name in opened.planes}
            read = {"run": len(opened.run_refs()), "deployment": len(opened.deployment_refs()), "file": len(files)}
        told = (to_json if format_ == "json" else to_text)(click.format_filename(folder), read, found)
        write(told, out, SECRETS)
    if not found.is_clean:
        sys.exit(EXIT_GATE)


def _examined(opened: Workspace, *, verify: bool) -> Iterator[list[Finding]]:
    """What is wrong: with lines of no run, with each file, with each run and each deployment, one of them in memory at a time."""
    from contexta import workspace
    from contexta.report.diagnostics import is_missing
    from contexta.report.health import about_artifact, in_deployment, in_files, in_run, to_come

    habits = workspace.Habits()
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield [*in_files(opened.problems)]
    for plane in opened.planes.values():
        yield [*in_files(workspace.out_of_order(plane.scan()))]
    for run in map(opened.run_source, opened.run_refs()):
        snapshot = run.snapshot(habits)
        there = (artifact for artifact in snapshot.artifacts if verify and not is_missing(artifact))
        verdicts = ((one, workspace.compare_artifact(opened.root, one.manifest)) for one in there)
        compared = (about_artifact(artifact, *verdict) for artifact, verdict in verdicts if verdict)
        yield _placed([*in_run(snapshot), *to_come(snapshot, now), *compared], run.lines)
    for deployment in map(opened.deployment_source, opened.deployment_refs()):
        yield _placed([*in_deployment(deployment.snapshot(habits))], deployment.lines)


def _placed(findings: list[Finding], lines: Lines) -> list[Finding]:
    """The findings in the order of files and lines; those about a scope, record or artifact at the line that says it."""
    places = lines.places({finding.ref for finding in findings if finding.ref})
    placed = (replace(one, file=places[one.ref][0], line=places[one.ref][1]) if one.ref in places else one for one in findings)
    return sorted(placed, key=lambda one: (one.file, one.line))
