"""What is new since a moment: a page about the runs and deployments of which something was written after it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from contexta.contract import Problem
from contexta.contract.fields import chronological
from contexta.report import deployment_tables, progress, run_tables
from contexta.report.attention import attention
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Document, Fact, Facts, Section, Table
from contexta.report.history import stories
from contexta.report.inline import INDEX, Ref, Text, Time
from contexta.report.overviews import CHANGE_NOTE, live
from contexta.report.phrases import counted
from contexta.report.shelves import Deployments, Runs, S, oldest_first
from contexta.report.summary import Summary

# As many runs, and as many deployments, as have a row.
MAX_ROWS = 30


def build_digest(
    runs: Runs, deployments: Deployments, problems: Sequence[Problem], since: str, directions: Directions = BY_NAME
) -> Document:
    """The runs and deployments of a workspace that began, ended or were written of at a moment or later.

    Their numbers are measured against all runs. What is live, and what is wrong with lines of no run, is told as it stands.
    """
    runs, deployments = oldest_first(runs), oldest_first(deployments)
    new_runs, new_deployments = _since(runs, since), _since(deployments, since)
    told = stories(deployments, {run.ref: run for run in runs})
    scope = _scope([*runs, *deployments])
    sections = [Section("News", (_counts(new_runs, new_deployments, since),))]
    sections.append(Section("Needs Attention", tuple(attention([*new_runs, *new_deployments], problems))))
    if new_runs:
        changes = progress.changes(runs, directions)
        table = run_tables.runs_with_project(new_runs[:MAX_ROWS], scope, changes, directions)
        sections.append(Section("Runs", (_of(table, len(new_runs), CHANGE_NOTE if changes else ""),)))
    if new_deployments:
        spells = {ref: story.spell for ref, story in told.items()}
        table = deployment_tables.history(new_deployments[:MAX_ROWS], spells, scope)
        sections.append(Section("Deployments", (_of(table, len(new_deployments)),)))
    sections += live(told.values(), scope, directions)
    as_of = max((one.as_of for one in (*runs, *deployments) if one.as_of), key=chronological, default=None)
    title = "All projects" if scope == INDEX else scope.text
    return Document(f"{title}: {_headline(new_runs, new_deployments)}", "index", INDEX, tuple(sections), as_of=as_of)


def _since(oldest_first: Iterable[S], since: str) -> list[S]:
    """Those of which something is as new, the newest first."""
    begin = chronological(since)
    return [
        one for one in oldest_first if any(time and chronological(time) >= begin for time in (one.started_at, one.ended_at, one.as_of))
    ][::-1]


def _scope(many: Iterable[Summary]) -> Ref:
    """The one project that they all are of, else all projects."""
    projects = {Ref(one.project.ref, one.project.name) for one in many}
    return projects.pop() if len(projects) == 1 else INDEX


def _headline(runs: Runs, deployments: Deployments) -> str:
    """`5 runs, 1 failed, 1 deployment`."""
    failed = sum(run.status == "failed" for run in runs)
    counts = [counted(len(runs), "run")] if runs else []
    counts += [f"{failed:,} failed"] if failed else []
    counts += [counted(len(deployments), "deployment")] if deployments else []
    return ", ".join(counts) or "nothing new"


def _counts(runs: Runs, deployments: Deployments, since: str) -> Facts:
    facts = [Fact("Since", Time(since))]
    facts += [Fact(label, Text(_by_status(many))) for label, many in (("Runs", runs), ("Deployments", deployments))]
    return Facts(tuple(facts))


def _by_status(many: Runs | Deployments) -> str:
    """`5: 4 completed, 1 failed`."""
    found = Counter(one.status for one in many)
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(found.items(), key=lambda one: (-one[1], one[0])))
    return f"{len(many):,}: {told}" if told else "none"


def _of(shown: Table, total: int, note: str = "") -> Table:
    cut = f"The newest {len(shown.rows):,} of {total:,}." if total > len(shown.rows) else ""
    return replace(shown, caption="", total=total, note=" ".join(filter(None, (cut, note))))
