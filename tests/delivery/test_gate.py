"""Outcomes: each operator, each kind of bound, and what is missing, with the evidence that a person needs."""

import math

import pytest

from contexta.delivery.gate import Outcome, judge, judge_issues
from contexta.delivery.rules import parse
from contexta.report.document import Issue
from contexta.report.inline import Ref
from contexta.report.readings import Reading, Readings, Tags

NOW, BEFORE = Ref("run:demo.now", "now"), Ref("run:demo.before", "before")


def reading(key: str, value: float, stage: str | None = "evaluate", unit: str | None = None, tags: Tags = ()) -> Reading:
    return Reading(key, tags, stage, on_batches=False, value=value, unit=unit)


def having(*found: Reading, finer: frozenset[str] = frozenset()) -> Readings:
    return Readings(NOW, found, finer)


def outcome(rule: str, *found: Reading, base: Readings | None = None) -> Outcome:
    return judge(parse(rule), having(*found), base)


def holds(rule: str, value: float, before: float | None = None) -> bool:
    base = None if before is None else Readings(BEFORE, (reading("loss", before),))
    return outcome(rule, reading("loss", value), base=base).passed


# operators


@pytest.mark.parametrize(
    ("operator", "less", "same", "more"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("==", False, True, False),
        ("!=", True, False, True),
    ],
)
def test_each_operator_compares_as_it_reads(operator: str, *, less: bool, same: bool, more: bool) -> None:
    rule = f"loss {operator} 0.5"
    assert (holds(rule, 0.25), holds(rule, 0.5), holds(rule, 0.75)) == (less, same, more)


def test_numbers_are_compared_as_they_are_written() -> None:
    assert holds("loss == 0.1", 0.1)
    assert holds("loss <= previous + 0.1", 0.8, before=0.7)  # in binary, 0.7 + 0.1 is less than 0.8
    assert holds("loss == previous * 1.1", 0.33, before=0.3)
    assert holds("loss > 9007199254740992", 9007199254740993)
    assert holds("loss < 1", 10**400) is False


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
def test_what_is_no_finite_number_fails_every_rule(value: float, operator: str) -> None:
    found = outcome(f"loss {operator} 0.5", reading("loss", value))
    assert not found.passed
    assert "which is no finite number" in found.evidence


# which number is meant


def test_without_a_stage_the_widest_scope_counts() -> None:
    found = outcome("loss < 1", reading("loss", 0.5, None), reading("loss", 2, "evaluate"), reading("loss", 3, "train"))
    assert found.line == "passed  loss < 1: 0.5 of run"


def test_a_stage_has_its_own_number() -> None:
    readings = (reading("loss", 0.5, None), reading("loss", 2, "evaluate", "nats"), reading("loss", 3, "train"))
    assert outcome("evaluate/loss < 1", *readings).line == "failed  evaluate/loss < 1: 2 nats in evaluate"
    assert outcome("run/loss < 1", *readings).passed


def test_the_last_batch_counts_where_the_stage_has_no_number_of_its_own() -> None:
    on_batches = reading("loss", 0.25)._replace(on_batches=True)
    assert outcome("loss < 1", on_batches).evidence == "0.25 on the last batch of evaluate"


def test_every_tag_that_is_left_out_must_hold() -> None:
    by_split = [reading("loss", value, tags=(("split", name),)) for name, value in (("train", 0.1), ("val", 2), ("test", 3))]
    assert outcome("loss < 1", *by_split).line == "failed  loss < 1: 2 in evaluate, split=val; 2 of 3 fail"
    assert outcome("loss < 5", *by_split).line == "passed  loss < 5: 0.1 in evaluate, split=train; and so for all 3"


def test_a_tag_picks_one() -> None:
    by_split = [reading("loss", value, tags=(("split", name),)) for name, value in (("train", 0.1), ("val", 2))]
    assert outcome("loss{split=train} < 1", *by_split).passed
    assert not outcome("loss{split=val} < 1", *by_split).passed
    assert "this run has no loss{split=test}; nearest: evaluate/loss{split=train}" in outcome("loss{split=test} < 1", *by_split).evidence


# other runs


def test_the_other_run_its_number_and_the_bound_are_told() -> None:
    base = Readings(BEFORE, (reading("accuracy", 0.95, unit="ratio"),))
    found = outcome("accuracy >= previous - 0.01", reading("accuracy", 0.935, unit="ratio"), base=base)
    assert found.line == ("failed  accuracy >= previous - 0.01: 0.935 ratio in evaluate; before has 0.95 ratio, so that the bound is 0.94")


@pytest.mark.parametrize(
    ("rule", "value"),
    [("loss >= previous", 2), ("loss <= previous + 0.5", 2.5), ("loss <= previous - 0.5", 1.5), ("loss == previous * 3", 6)],
)
def test_a_bound_lies_where_it_says(rule: str, value: float) -> None:
    assert holds(rule, value, before=2)
    step = -1e-9 if ">" in rule else 1e-9
    assert not holds(rule, value + step, before=2)


def test_no_previous_run_fails_and_says_so() -> None:
    found = outcome("accuracy >= previous", reading("accuracy", 0.9))
    assert found.line == "failed  accuracy >= previous: 0.9 in evaluate, and no run of the project completed before this one"


def test_a_number_that_the_other_run_lacks_in_this_place_fails() -> None:
    base = Readings(BEFORE, (reading("accuracy", 0.95, "train"),))
    found = outcome("accuracy >= previous", reading("accuracy", 0.9), base=base)
    assert found.line == "failed  accuracy >= previous: 0.9 in evaluate, but before has no evaluate/accuracy"


def test_other_units_and_other_things_than_numbers_are_not_compared() -> None:
    percent = Readings(BEFORE, (reading("accuracy", 95, unit="%"),))
    found = outcome("accuracy >= previous", reading("accuracy", 0.9, unit="ratio"), base=percent)
    assert found.line == "failed  accuracy >= previous: 0.9 ratio in evaluate, which cannot be held against 95 % in before"
    assert not holds("loss != previous", 1, before=math.nan)


# what is missing


def test_a_metric_that_is_missing_fails_and_names_what_looks_alike() -> None:
    found = outcome("evaluate/acuracy >= 0.9", reading("loss", 1), reading("accuracy", 0.9))
    assert found.line == "failed  evaluate/acuracy >= 0.9: this run has no evaluate/acuracy; nearest: evaluate/accuracy"


def test_the_same_metric_elsewhere_is_named_first() -> None:
    found = outcome("serve/accuracy >= 0.9", reading("server.accuracy", 1, "a"), reading("accuracy", 0.9, "train"))
    assert found.evidence.startswith("this run has no serve/accuracy; nearest: train/accuracy")


def test_where_nothing_looks_alike_what_there_is_is_named() -> None:
    found = outcome("f1 > 0", *(reading(f"metric-{number}", 0) for number in range(8)))
    assert found.evidence == (
        "this run has no f1; it has evaluate/metric-0, evaluate/metric-1, evaluate/metric-2, evaluate/metric-3, "
        "evaluate/metric-4 and 3 more"
    )


def test_a_run_without_metrics_says_so() -> None:
    assert outcome("f1 > 0").line == "failed  f1 > 0: this run has no metric of its own, its stages or batches"


def test_what_was_measured_on_samples_alone_is_said_to_be_no_one_number() -> None:
    found = judge(parse("correct > 0"), having(reading("loss", 1), finer=frozenset({"correct"})))
    assert not found.passed
    assert "correct was measured on nothing but single samples" in found.evidence


def test_a_name_that_is_offered_can_be_used_as_a_rule() -> None:
    odd = reading("loss", 1, tags=(("a b", 'x"}\\'),))
    offered = outcome("loss{c=d} > 0", odd).evidence.partition("nearest: ")[2]
    assert outcome(f"{offered} > 0", odd).passed


# issues


def issue(severity: str, key: str = "failed_stage", sentence: str = "It failed.") -> Issue:
    return Issue(severity, key, sentence, Ref("stage:demo.now.train", "train"))  # type: ignore[arg-type]  # one of the three


ONE_OF_EACH = (issue("error"), issue("warning", "error_event"), issue("info", "inferred_run"))


@pytest.mark.parametrize(
    ("fail_on", "line"),
    [
        ("error", "failed  no error: 1 error: failed_stage in stage train"),
        ("warning", "failed  no error or warning: 1 error, 1 warning: failed_stage in stage train, error_event in stage train"),
        (
            "info",
            "failed  no error or warning or info: 1 error, 1 warning, 1 info: failed_stage in stage train, error_event in stage train, "
            "inferred_run in stage train",
        ),
    ],
)
def test_issues_fail_from_a_severity_upwards(fail_on: str, line: str) -> None:
    assert judge_issues(ONE_OF_EACH, fail_on).line == line  # type: ignore[arg-type]


def test_issues_below_the_severity_are_counted() -> None:
    assert judge_issues(ONE_OF_EACH[1:], "error").line == "passed  no error: none; 1 warning, 1 info"
    assert judge_issues((), "info").line == "passed  no error or warning or info: none"


def test_every_issue_is_told_below_the_line() -> None:
    many = [issue("error", f"key-{number}", f"Sentence {number}.\nSecond line.") for number in range(7)]
    found = judge_issues(many, "error")
    assert found.evidence.endswith("key-4 in stage train and 2 more")
    assert found.more[6] == "error key-6: Sentence 6.⏎Second line."


# hostile text


def test_nothing_hidden_gets_into_an_outcome() -> None:
    evil = "\x1b[31m\x00\u202e\n::error::x"
    found = outcome("loss < 1", reading("loss", 2, evil, evil, ((evil, evil),)))
    told = (found, judge_issues([issue("error", "k", evil)], "error"), outcome("acc < 1", reading("loss", 2, evil)))
    for one in told:
        for text in (one.line, *one.more):
            assert text.isprintable()
