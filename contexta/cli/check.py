"""`contexta-report check`: a gate for a pipeline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contexta.cli.options import CACHE, PRIVACY, WORKSPACE
from contexta.cli.output import write
from contexta.cli.telling import EXIT_GATE, errors_told, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contexta.delivery.gate import Outcome
    from contexta.delivery.rules import Rule
    from contexta.privacy import Privacy
    from contexta.report.document import Issue
    from contexta.report.readings import Readings
    from contexta.workspace import Workspace

# What --fail-on takes beside severities.
NOTHING = "nothing"


def _rules(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> tuple[Rule, ...]:
    from contexta.delivery.rules import UnreadableRule, parse

    try:
        return tuple(map(parse, values))
    except UnreadableRule as error:
        raise click.BadParameter(str(error)) from None


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("ref")
@WORKSPACE
@click.option(
    "--fail-on",
    default="error",
    show_default=True,
    type=click.Choice(["error", "warning", "info", NOTHING]),
    help="The least grave kind of issue that fails the check.",
)
@click.option(
    "--require",
    "rules",
    multiple=True,
    metavar="RULE",
    callback=_rules,
    help="A rule about a metric, such as 'evaluate/accuracy >= 0.9' (again for more).",
)
@click.option("--junit", type=_FILE, metavar="FILE", help="Write the outcomes as JUnit XML.")
@click.option("--openmetrics", type=_FILE, metavar="FILE", help="Write the run's metrics for the metrics report of GitLab.")
@click.option("--github", is_flag=True, help="Annotate the step of a GitHub workflow.")
@PRIVACY
@CACHE
def check(  # noqa: PLR0913  # an argument for each option, which click gives by name
    ref: str,
    folder: Path,
    fail_on: str,
    rules: tuple[Rule, ...],
    junit: Path | None,
    openmetrics: Path | None,
    cache: Path | None,
    *,
    privacy: Privacy,
    github: bool,
) -> None:
    """Hold a run against rules, say how each came out, and exit 1 when one fails.

    A REF is run:proj.name, proj.name, a bare name where only one run has it, latest, or latest:proj.
    A RULE is [STAGE/]METRIC OPERATOR BOUND:

    \b
      evaluate/accuracy >= 0.9
      loss{split=val} <= previous * 1.05
      accuracy > run:proj.name - 0.01

    STAGE is the name of a stage, or run; without it the number of the run itself counts, else that of its last stage which has one.
    Tags tell apart numbers of one metric; those that are left out may have any value, and each must fit. OPERATOR is one of
    < <= > >= == !=. BOUND is a number; or what another run has, previous, run:proj.name or latest:proj, as it is, or + - * a number.

    The last value that was measured counts; where a stage has none of its own, that of its last batch. What is missing, NaN or
    infinite fails.
    """
    if fail_on == NOTHING and not rules:
        raise click.UsageError(f"--fail-on {NOTHING} without --require checks nothing")
    with errors_told():
        from contexta import workspace
        from contexta.delivery.gate import SEVERITIES, judge, judge_issues
        from contexta.delivery.junit import to_junit
        from contexta.delivery.openmetrics import to_openmetrics
        from contexta.report import diagnose
        from contexta.report.readings import Readings

        with workspace.indexed(folder, cache, waiting=tell, privacy=privacy) as opened:
            snapshot = opened.snapshot(opened.resolve(ref))
            bases = _bases(opened, ref, rules)
        issues, readings = diagnose(snapshot), Readings.of(snapshot)
        outcomes = [judge_issues(issues, severity) for severity in SEVERITIES if severity == fail_on]
        outcomes += (judge(rule, readings, bases.get(rule.bound.base)) for rule in rules)
        if junit:
            write(to_junit(outcomes, readings.run.ref, snapshot.run.started_at), str(junit), privacy)
        if openmetrics:
            write(to_openmetrics(readings.found).encode(), str(openmetrics), privacy)
        write(_told(outcomes, readings.run.ref, issues if github else None).encode(), "-", privacy)
    if not all(outcome.passed for outcome in outcomes):
        sys.exit(EXIT_GATE)


def _bases(opened: Workspace, ref: str, rules: Iterable[Rule]) -> Mapping[str | None, Readings | None]:
    """What rules name to be held against → its readings; None where there is no previous run."""
    from contexta.delivery.rules import PREVIOUS
    from contexta.report.readings import Readings

    found: dict[str | None, Readings | None] = {}
    for base in dict.fromkeys(rule.bound.base for rule in rules if rule.bound.base):
        snapshot = opened.previous(opened.resolve(ref)) if base == PREVIOUS else opened.snapshot(opened.resolve(base))
        found[base] = None if snapshot is None else Readings.of(snapshot)
    return found


def _told(outcomes: Sequence[Outcome], run: str, issues: Sequence[Issue] | None) -> str:
    """A line for each outcome, one for all together, and annotations where issues are given."""
    from contexta.delivery.github import annotations, harmless
    from contexta.report.phrases import counted

    failed, rules = sum(not outcome.passed for outcome in outcomes), counted(len(outcomes), "rule")
    lines = [*(outcome.line for outcome in outcomes), f"{run}: {f'{failed:,} of {rules} failed' if failed else f'{rules} passed'}."]
    commands = [] if issues is None else annotations(outcomes, issues)
    return "".join(f"{line}\n" for line in (*map(harmless, lines), *commands))
