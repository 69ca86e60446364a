"""What a run is held against: rules about its numbers, and how grave an issue may be. Each gives one outcome, with the evidence."""

import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import NamedTuple

from contexta.delivery.rules import Asked, Bound, Rule
from contexta.render import words
from contexta.report.document import Issue
from contexta.report.inline import Severity
from contexta.report.phrases import counted, listed
from contexta.report.readings import RUN, Reading, Readings, Tags
from contexta.report.traits import Finding

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

_HOLDS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

# Numbers are reckoned with as they are written, so that 0.3 is 0.2 + 0.1; with more digits than the product of two of them has.
_EXACT = Context(prec=60)
_RECKON: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {"+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply}

_PLAIN = re.compile(r"[\w.-]+\Z")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a rule holds, the evidence in one line, and what more there is to say, a line each. What a run holds is made visible."""

    rule: str
    passed: bool
    evidence: str
    more: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """All in one line."""
        return f"{'passed' if self.passed else 'failed'}  {self.rule}: {self.evidence}"


class _Verdict(NamedTuple):
    """What comes of one reading."""

    passed: bool
    evidence: str


def judge_issues(issues: Sequence[Issue], fail_on: Severity) -> Outcome:
    """Whether no issue of a run, worst first, is as grave as that or graver."""
    graver = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    rule = f"no {' or '.join(graver)}"
    grave = [issue for issue in issues if issue.severity in graver]
    if not grave:
        return Outcome(rule, passed=True, evidence=f"none; {_counts(issues)}" if issues else "none")
    kinds = dict.fromkeys(words.one_line(Finding.of(issue).words) for issue in grave)
    sentences = tuple(words.one_line(f"{issue.severity} {issue.key}: {issue.sentence}") for issue in grave)
    return Outcome(rule, passed=False, evidence=f"{_counts(grave)}: {listed([*kinds])}", more=sentences)


def _counts(issues: Sequence[Issue]) -> str:
    """`3 errors, 1 warning`."""
    found = ((sum(issue.severity == severity for issue in issues), severity) for severity in SEVERITIES)
    return ", ".join(counted(count, severity, "info" if severity == "info" else None) for count, severity in found if count)


def judge(rule: Rule, run: Readings, base: Readings | None = None) -> Outcome:
    """Whether a rule holds for a run; `base` is the run that its bound names, None where there is none.

    Where tags that the rule leaves out tell several numbers apart, it must hold for each. What is NaN or infinite, or cannot be found,
    fails.
    """
    found = _asked_for(rule.asked, run)
    if not found:
        verdict = _Verdict(passed=False, evidence=_lacking(rule.asked, run))
    elif rule.bound.base is not None and base is None:
        verdict = _Verdict(passed=False, evidence=f"{_value(found[0])}, and no run of the project completed before this one")
    else:
        verdict = _together([_verdict(rule, reading, base) for reading in found])
    return Outcome(words.one_line(rule.text), verdict.passed, words.one_line(verdict.evidence))


def _together(verdicts: Sequence[_Verdict]) -> _Verdict:
    """The verdict on several readings: that of the first which fails, if one does."""
    failed = [verdict for verdict in verdicts if not verdict.passed]
    first = (failed or verdicts)[0]
    if len(verdicts) == 1:
        return first
    count = f"{len(failed)} of {len(verdicts)} fail" if failed else f"and so for all {len(verdicts)}"
    return _Verdict(first.passed, f"{first.evidence}; {count}")


def _asked_for(asked: Asked, run: Readings) -> Sequence[Reading]:
    """The readings that a rule is about: those of the widest scope that has any."""
    found = [one for one in run.found if one.key == asked.key and asked.stage in (None, one.stage or RUN) and {*asked.tags} <= {*one.tags}]
    return [one for one in found if one.place == found[0].place]


def _verdict(rule: Rule, reading: Reading, base: Readings | None) -> _Verdict:
    value = _value(reading)
    if not _is_finite(reading.value):
        return _Verdict(passed=False, evidence=f"{value}, which is no finite number")
    if base is None:
        return _Verdict(_HOLDS[rule.operator](_exact(reading.value), rule.bound.number), value)
    before = next((one for one in base.found if one.what == reading.what), None)
    if before is None:
        return _Verdict(passed=False, evidence=f"{value}, but {base.run.text} has no {_name(reading)}")
    if before.unit != reading.unit or not _is_finite(before.value):
        return _Verdict(passed=False, evidence=f"{value}, which cannot be held against {_amount(before)} in {base.run.text}")
    wanted = _reckoned(rule.bound, before)
    bound = "" if rule.bound.number == 0 and rule.bound.sign != "*" else f", so that the bound is {wanted}"
    return _Verdict(_HOLDS[rule.operator](_exact(reading.value), wanted), f"{value}; {base.run.text} has {_amount(before)}{bound}")


def _reckoned(bound: Bound, before: Reading) -> Decimal:
    return _RECKON[bound.sign](_exact(before.value), bound.number)


def _exact(value: float) -> Decimal:
    """A number as it is written."""
    return Decimal(repr(value))


def _is_finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def _amount(reading: Reading) -> str:
    return words.with_unit(words.exact(reading.value), reading.unit)


def _value(reading: Reading) -> str:
    """`0.91 ratio on the last batch of evaluate, split=val`."""
    where = (
        f"of {RUN}" if reading.stage is None else f"on the last batch of {reading.stage}" if reading.on_batches else f"in {reading.stage}"
    )
    return ", ".join([f"{_amount(reading)} {where}", *(f"{name}={value}" for name, value in reading.tags)])


def _name(reading: Reading) -> str:
    """A reading as a rule may name it: `evaluate/accuracy{split=val}`."""
    return _full_name(reading.stage or RUN, reading.key, reading.tags)


def _full_name(stage: str | None, key: str, tags: Tags) -> str:
    written = ",".join(f"{_written(name)}={_written(value)}" for name, value in tags)
    return (f"{stage}/" if stage else "") + key + (f"{{{written}}}" if written else "")


def _written(text: str) -> str:
    if _PLAIN.match(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _lacking(asked: Asked, run: Readings) -> str:
    """That a run does not have what a rule asks for, and what it has that looks like it."""
    if asked.key in run.finer and asked.key not in {one.key for one in run.found}:
        return f"{asked.key} was measured on nothing but single samples, operations or deployments, of which there is no one number"
    if not run.found:
        return "this run has no metric of its own, its stages or batches"
    near = _near(asked, run)
    rest = f"nearest: {listed(near)}" if near else f"it has {listed([*map(_name, run.found)])}"
    return f"this run has no {_full_name(asked.stage, asked.key, asked.tags)}; {rest}"


def _near(asked: Asked, run: Readings) -> Sequence[str]:
    """The readings whose keys look like the one that is asked for, those of the same key first."""
    keys = difflib.get_close_matches(asked.key, {one.key for one in run.found}, n=5, cutoff=0.6)
    return [_name(one) for key in keys for one in run.found if one.key == key]
