"""`contexta-report check` as a pipeline meets it: a line for each rule, exit codes, files for CI systems, and no command but its own."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import parse

import pytest
from click.testing import CliRunner, Result
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from contexta import cli
from tests.conftest import CHECKOUT
from tests.delivery.hostile import EVIL
from tests.delivery.test_github import commands
from tests.strategies import at, degraded, event, metric, put, record_frame, run_model, stage_model, write_lines

OK, GATE, USAGE, UNREADABLE = 0, 1, 2, 3

METRICS: list[tuple[str, str, float, dict[str, object]]] = [
    ("good", "accuracy", 0.95, {"unit": "ratio"}),
    ("good", "latency.p95", 12, {"unit": "ms"}),
    ("bad", "accuracy", 0.9, {"unit": "ratio"}),
    ("bad", "loss", 0.5, {"tags": {"split": "val"}}),
    ("bad", "loss", 0.1, {"tags": {"split": "train"}}),
]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Three runs of a project, of which the last two have an accuracy; the last one is failed."""
    ledger = [
        put("Run", run_model("p.first", name="first")),
        put("Run", run_model("p.good", name="good", started_at=at(1), ended_at=at(800))),
        put("Run", run_model("p.bad", name="bad run", started_at=at(2), ended_at=at(999), status="failed")),
        *(put("StageExecution", stage_model(f"p.{run}.evaluate", started_at=at(2), ended_at=at(90))) for run in ("good", "bad")),
    ]
    captured = [
        record_frame(metric(f"m-{number}", value, key, run=f"run:p.{run}", payload=payload, stage_execution_ref=f"stage:p.{run}.evaluate"))
        for number, (run, key, value, payload) in enumerate(METRICS)
    ]
    return write_lines(tmp_path / "workspace", ledger=ledger, captured=captured)


def check(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.main, ["check", *map(str, words)])


def required(workspace: Path, run: str, *rules: str) -> Result:
    return check(run, workspace, "--fail-on", "nothing", *(word for rule in rules for word in ("--require", rule)))


# one line a rule, and the exit code


def test_all_that_holds_is_told_and_the_exit_code_is_0(workspace: Path) -> None:
    result = check("good", workspace, "--require", "evaluate/accuracy >= 0.9", "--require", "latency.p95 < 20")
    assert result.exit_code == OK
    assert result.stdout == (
        "passed  no error: none\n"
        "passed  evaluate/accuracy >= 0.9: 0.95 ratio in evaluate\n"
        "passed  latency.p95 < 20: 12 ms in evaluate\n"
        "run:p.good: 3 rules passed.\n"
    )
    assert result.stderr == ""


def test_what_fails_is_told_and_the_exit_code_is_1(workspace: Path) -> None:
    result = check("bad", workspace, "--require", "accuracy >= previous - 0.01", "--require", "loss{split=val} < 1")
    assert result.exit_code == GATE
    assert result.stdout == (
        "failed  no error: 1 error: failed_run\n"
        "failed  accuracy >= previous - 0.01: 0.9 ratio in evaluate; good has 0.95 ratio, so that the bound is 0.94\n"
        "passed  loss{split=val} < 1: 0.5 in evaluate, split=val\n"
        "run:p.bad: 2 of 3 rules failed.\n"
    )
    assert result.stderr == ""


def test_without_rules_a_run_is_held_against_its_errors(workspace: Path) -> None:
    assert check("good", workspace).exit_code == OK
    assert check("bad", workspace).exit_code == GATE


def test_a_graver_severity_lets_less_grave_issues_pass(workspace: Path) -> None:
    assert check("first", workspace, "--fail-on", "info").exit_code == OK
    assert check("bad", workspace, "--fail-on", "nothing", "--require", "accuracy > 0").exit_code == GATE - 1


@pytest.mark.parametrize(("severity", "code"), [("error", OK), ("warning", GATE), ("info", GATE)])
def test_a_warning_fails_from_warning_downwards(tmp_path: Path, severity: str, code: int) -> None:
    root = write_lines(tmp_path, ledger=[put("Run", run_model("p.r"))], captured=[record_frame(degraded("d"))])
    assert check("latest", root, "--fail-on", severity).exit_code == code


# other runs


def test_the_first_run_of_a_project_has_no_previous_one(workspace: Path) -> None:
    result = required(workspace, "good", "accuracy >= previous")
    assert result.exit_code == GATE
    assert "first has no evaluate/accuracy" in result.stdout  # the first run completed, but measured nothing
    result = required(workspace, "first", "accuracy >= previous")
    assert "this run has no accuracy" not in result.stdout
    assert "this run has no metric of its own" in result.stdout


def test_a_run_that_failed_is_no_previous_one(workspace: Path) -> None:
    assert "good has 0.95 ratio" in required(workspace, "bad", "accuracy >= previous").stdout


@pytest.mark.parametrize("base", ["run:p.good", "latest:p"])
def test_a_baseline_is_named_in_the_rule(workspace: Path, base: str) -> None:
    result = required(workspace, "bad", f"accuracy >= {base} * 0.9")
    assert result.exit_code == OK, result.output


def test_a_baseline_that_is_not_there_is_wrong_usage(workspace: Path) -> None:
    result = required(workspace, "bad", "accuracy >= run:p.god")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert result.stderr.startswith("contexta-report: no run 'run:p.god' in this workspace; nearest: run:p.good")


# wrong usage


def test_a_rule_that_cannot_be_read_is_shown_with_a_caret(workspace: Path) -> None:
    result = check("good", workspace, "--require", "accuracy > 0", "--require", "evaluate/accuracy => 0.9")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    *_, sentence, rule, caret = result.stderr.splitlines()
    assert sentence == "Error: Invalid value for '--require': expected one of < <= > >= == !="
    assert rule == "  evaluate/accuracy => 0.9"
    assert rule[caret.index("^") :] == "=> 0.9"


def test_to_check_nothing_is_wrong_usage(workspace: Path) -> None:
    result = check("good", workspace, "--fail-on", "nothing")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert "checks nothing" in result.stderr


def test_an_unknown_run_and_a_missing_workspace_are_told_as_everywhere(workspace: Path, tmp_path: Path) -> None:
    assert check("goood", workspace).exit_code == USAGE
    assert check("good", tmp_path / "nowhere").exit_code == UNREADABLE


def test_a_file_that_cannot_be_written_is_one_sentence(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = check("good", workspace, "--junit", tmp_path / "file" / "junit.xml")
    assert result.exit_code == USAGE
    assert result.stderr.startswith("contexta-report: ")


# files


def test_files_are_written_whether_or_not_a_rule_fails(workspace: Path, tmp_path: Path) -> None:
    junit, metrics = tmp_path / "out" / "junit.xml", tmp_path / "out" / "metrics.txt"
    assert check("bad", workspace, "--require", "accuracy > 0", "--junit", junit, "--openmetrics", metrics).exit_code == GATE
    cases = parse(junit).getroot()[0].findall("testcase")
    assert [(case.get("name"), case.find("failure") is None) for case in cases] == [("no error", False), ("accuracy > 0", True)]
    families = text_string_to_metric_families(metrics.read_text("utf-8"))
    assert [(one.name, one.labels["stage"], one.value) for family in families for one in family.samples] == [
        ("accuracy", "evaluate", 0.9),
        ("loss", "evaluate", 0.5),
        ("loss", "evaluate", 0.1),
    ]


def test_the_same_run_gives_the_same_bytes(workspace: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        check("bad", workspace, "--junit", tmp_path / name / "j.xml", "--openmetrics", tmp_path / name / "m.txt")
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


# GitHub


def test_annotations_come_only_where_they_are_asked_for(workspace: Path) -> None:
    assert commands(check("bad", workspace).stdout) == []
    assert commands(check("bad", workspace, "--github", "--require", "accuracy > 1").stdout) == [
        ("error", "title=Rule failed", "no error: 1 error: failed_run"),
        ("error", "title=Rule failed", "accuracy > 1: 0.9 ratio in evaluate"),
        ("error", "title=failed_run", "Run bad run failed."),
    ]


@pytest.mark.parametrize("evil", [evil for evil in EVIL if evil.strip() and "\ud800" not in evil])  # which no file of lines can hold
def test_nothing_that_a_workspace_holds_becomes_a_command(tmp_path: Path, evil: str) -> None:
    ledger = [
        put("Run", run_model("p.before", name=evil)),
        put("Run", run_model("p.r", name=evil, status="failed", started_at=at(1), ended_at=at(701))),
    ]
    payload = {"unit": evil, "tags": {evil: evil}}
    captured = [record_frame(metric("m", value, "loss", payload, run=run)) for run, value in (("run:p.before", 1), ("run:p.r", 2))]
    captured.append(record_frame(event("e", evil, {"level": "critical"})))
    root = write_lines(tmp_path / "workspace", ledger=ledger, captured=captured)
    files = ("--junit", tmp_path / "junit.xml", "--openmetrics", tmp_path / "metrics.txt")
    result = check("latest", root, "--require", "loss <= previous", "--github", *files)
    assert result.exit_code == GATE, result.output
    assert {name for name, _, _ in commands(result.output)} == {"error"}
    assert len(commands(result.output)) == 4
    assert {line.partition(" ")[0] for line in result.stdout.splitlines()} == {"failed", "run:p.r:", "::error"}
    assert parse(tmp_path / "junit.xml").getroot().tag == "testsuites"
    assert len([*text_string_to_metric_families((tmp_path / "metrics.txt").read_text("utf-8"))]) == 1


def test_a_terminal_of_few_letters_is_no_reason_to_break(workspace: Path) -> None:
    code = "from contexta.cli import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONIOENCODING": "ascii", "PYTHONWARNINGS": "error"}
    words = [sys.executable, "-c", code, "check", "good", str(workspace), "--require", "größe > 1"]
    done = subprocess.run(words, capture_output=True, check=False, env=environment)
    assert done.returncode == USAGE
    assert b"Traceback" not in done.stderr
