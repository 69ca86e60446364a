"""`run` and `compare` for GitHub: Markdown that fits a step summary or a comment, and names what it cuts."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contexta import cli
from tests.strategies import at, event, metric, put, record_frame, run_model, seen_model, stage_model, write_lines

OK, USAGE = 0, 2

SAMPLES, EVENTS = 300, 300


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose page has more than a mebibyte, and a small one before it."""
    train = "stage:p.r.train"
    names = [f"p.r.train.s-{number}" for number in range(SAMPLES)]
    message = "```\n| a | b |\n|---|---|\n" + "x" * 4_000
    ledger = [
        put("Run", run_model("p.before", name="before")),
        put("Run", run_model("p.r", name="large", started_at=at(700), ended_at=at(900))),
        *(put("StageExecution", stage_model(f"p.{run}.train")) for run in ("r", "before")),
        *(put("SampleObservation", seen_model("sample", name)) for name in names),
    ]
    captured = [
        record_frame(metric(f"m-{place}", 1, stage_execution_ref=train, sample_observation_ref=f"sample:{name}"))
        for place, name in enumerate(names)
    ]
    captured += [record_frame(event(f"e-{place}", message, {"level": "error"}, stage_execution_ref=train)) for place in range(EVENTS)]
    return write_lines(tmp_path_factory.mktemp("large"), ledger=ledger, captured=captured)


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


def written(*words: str | Path) -> str:
    result = call(*words)
    assert result.exit_code == OK, result.output
    return result.stdout


def test_a_step_summary_has_no_more_than_900_kib(large: Path) -> None:
    text = written("run", "p.r", large, "--format", "md")
    assert len(text.encode()) <= 900 * 1024
    assert text.count("x" * 4_000) > 200
    assert "\nCut to fit: " in text


def test_a_comment_has_no_more_than_65_000_characters(large: Path) -> None:
    text = written("run", "p.r", large, "--format", "comment")
    assert len(text) <= 65_000
    assert text.startswith("# large\n")
    assert f"## Events\n\nCut to fit: 1 table ({EVENTS:,} rows).\n" in text


def test_the_limit_can_be_set(large: Path) -> None:
    text = written("run", "p.r", large, "--format", "md", "--limit-bytes", "12000")
    assert len(text.encode()) <= 12_000
    assert f"## Samples\n\nCut to fit: 1 table ({SAMPLES:,} rows).\n" in text


def test_what_fits_is_the_same_in_both(large: Path) -> None:
    text = written("run", "before", large, "--format", "md")
    assert text == written("run", "before", large, "--format", "comment")
    assert "Cut to fit" not in text


def test_a_comparison_fits_too(large: Path) -> None:
    text = written("compare", "previous", "p.r", large, "--format", "comment")
    assert text.startswith("# large compared with before\n")
    assert len(text) <= 65_000


@pytest.mark.parametrize("format_", ["html", "json", "text", "comment"])
def test_a_limit_is_for_markdown(large: Path, format_: str) -> None:
    result = call("run", "before", large, "--format", format_, "--limit-bytes", "10000")
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert "--limit-bytes is for --format md" in result.stderr


def test_a_limit_that_leaves_no_room_is_refused(large: Path) -> None:
    result = call("run", "before", large, "--format", "md", "--limit-bytes", "9999")
    assert result.exit_code == USAGE
    assert "x>=10000" in result.stderr
