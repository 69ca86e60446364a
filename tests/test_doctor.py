"""`contexta-report doctor`: what a person and a program get to know of what is wrong."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contexta import cli
from contexta.delivery.health import LETTERS, PLACES
from tests import strategies as build
from tests.conftest import CHECKOUT, TINY
from tests.site import put_run, workspace_of

OK, FINDINGS, UNREADABLE = 0, 1, 3


@pytest.fixture
def doctor(tmp_path: Path) -> Any:
    """Calls doctor, with the index elsewhere."""

    def call(root: Path, *words: str) -> Result:
        return CliRunner().invoke(cli.main, ["doctor", str(root), "--cache", str(tmp_path / "doctor-cache"), *words])

    return call


def _keys(result: Result) -> list[str]:
    return [key for cause in json.loads(result.stdout)["causes"] for key in cause["keys"]]


def test_a_workspace_without_fault_is_clean(doctor: Any, tmp_path: Path) -> None:
    result = doctor(workspace_of(tmp_path / "w", put_run("p", "one")))
    assert result.exit_code == OK
    assert result.stdout == f"{tmp_path / 'w'}: nothing is wrong. Read: 1 run, 0 deployments and 1 file.\n"


def test_what_is_wrong_is_told_by_cause_and_place_with_what_it_means_and_what_to_do(doctor: Any) -> None:
    result = doctor(TINY / "invalid" / "puts-disagree")
    assert result.exit_code == FINDINGS
    assert result.stdout == (
        "▲ Lines that contradict each other (1 warning)\n"
        "    metadata/ledger.jsonl:4: stage:p.r.train: status was failed at metadata/ledger.jsonl:3 and is completed here; "
        "the later put is used\n"
        "  What it means  The later one is shown.\n"
        "  What to do     See which is right; where two programs use one name, give each a name of its own.\n"
        "\n"
        f"{TINY / 'invalid' / 'puts-disagree'}: 1 warning. Read: 1 run, 0 deployments and 2 files.\n"
    )


@pytest.mark.parametrize(
    ("name", "key", "place", "code"),
    [
        ("torn-last-line", "torn_line", "cache/capture/record.jsonl:3", FINDINGS),
        ("half-written-utf-8", "malformed_line", "cache/capture/record.jsonl:2", FINDINGS),
        ("foreign-json", "wrong_frame", "cache/capture/record.jsonl:2", FINDINGS),
        ("ref-breaks-grammar", "invalid_line", "cache/capture/record.jsonl:2", FINDINGS),
        ("end-before-start", "backward_time", "metadata/ledger.jsonl:3", FINDINGS),
        ("unknown-stage", "unknown_owner", "metadata/ledger.jsonl:3", FINDINGS),
        ("duplicate-record", "duplicate_record", "cache/capture/record.jsonl:3", FINDINGS),
        ("nan-metric", "non_finite_metric", "cache/capture/record.jsonl:2", FINDINGS),
        ("crlf", "crlf", "cache/capture/record.jsonl:1", OK),
        ("byte-order-mark", "byte_order_mark", "cache/capture/record.jsonl:1", OK),
    ],
)
def test_each_fault_is_found_at_its_place(doctor: Any, name: str, key: str, place: str, code: int) -> None:
    result = doctor(TINY / "invalid" / name, "--format", "json")
    (cause,) = [cause for cause in json.loads(result.stdout)["causes"] if key in cause["keys"]]
    assert [f"{one['file']}:{one['line']}" for one in cause["places"]] == [place]
    assert set(_keys(result)) <= {key, "undescribed"}
    assert result.exit_code == code


def test_scopes_records_and_artifacts_are_found_at_the_line_that_says_them(doctor: Any, tmp_path: Path) -> None:
    lost = build.degraded("lost")
    lost["payload"]["issue_key"] = "capture.lost"
    root = build.write_lines(
        tmp_path / "w",
        captured=[build.record_frame(build.metric("a", 1)), build.record_frame(lost)],
        ledger=[put_run("p", "other"), put_run("p", "r", status="open", ended_at=None, started_at=build.at(0))],
    )
    frame = {"family": "ARTIFACT", "payload": {"manifest": build.manifest("m", "models/gone.bin")}, "captured_at": build.at(1)}
    (root / "cache" / "capture" / "artifact.jsonl").write_text(json.dumps(frame) + "\n")
    result = doctor(root, "--format", "json")
    places = {key: cause["places"][0] for cause in json.loads(result.stdout)["causes"] for key in cause["keys"]}
    told = {key: (place["file"], place["line"], place["ref"]) for key, place in places.items()}
    assert told == {
        "unfinished_run": ("metadata/ledger.jsonl", 2, "run:p.r"),
        "lost_records": ("cache/capture/record.jsonl", 2, "record:p.r.lost"),
        "missing_artifact": ("cache/capture/artifact.jsonl", 1, "artifact:p.r.m"),
    }


def test_many_places_are_counted_and_the_first_told(doctor: Any, tmp_path: Path) -> None:
    root = workspace_of(tmp_path / "w", put_run("p", "one"))
    with (root / "metadata" / "ledger.jsonl").open("ab") as stream:
        stream.write(b"{\n" * 5_000)
    lines = doctor(root).stdout.splitlines()
    assert lines[0] == "▲ Lines that are not JSON (5,000 warnings)"
    assert [line.split(": ")[0].strip() for line in lines[1 : 1 + PLACES]] == [f"metadata/ledger.jsonl:{number}" for number in range(2, 7)]
    assert lines[1 + PLACES] == "    and 4,995 more"


def test_text_from_a_workspace_is_shown_and_never_obeyed(doctor: Any, tmp_path: Path) -> None:
    hostile = "\x1b[31mred\x07\u202e\n::error::x" + "y" * 10_000
    record = build.degraded("lost", hostile)
    root = build.write_lines(tmp_path / "w", captured=[build.record_frame(record)], ledger=[])
    text = doctor(root).stdout
    assert "␛[31mred␇⟨U+202E⟩⏎::error::x" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert not any(line.startswith("::") for line in text.splitlines())
    assert max(map(len, text.splitlines())) < LETTERS + 100


def test_files_of_artifacts_are_compared_when_asked(doctor: Any, tmp_path: Path) -> None:
    root = Path(shutil.copytree(TINY / "valid" / "complete", tmp_path / "w"))
    (root / "models" / "ranker.txt").write_text("another")
    assert "changed_artifact" not in _keys(doctor(root, "--format", "json"))
    result = doctor(root, "--format", "json", "--verify")
    assert _keys(result)[0] == "changed_artifact"
    assert json.loads(result.stdout)["counts"]["error"] == 1


def test_the_files_of_the_example_are_as_registered(doctor: Any) -> None:
    result = doctor(CHECKOUT / "site_example" / ".contexta", "--verify", "--format", "json")
    assert _keys(result) == ["non_finite_metric"]


def test_times_that_are_still_to_come_are_told(doctor: Any, tmp_path: Path) -> None:
    run = put_run("p", "r", started_at="2999-01-01T00:00:00Z", ended_at="2999-01-01T00:01:00Z")
    assert _keys(doctor(workspace_of(tmp_path / "w", run), "--format", "json")) == ["time_to_come"]


def test_a_ledger_that_cannot_be_read_is_a_finding_and_the_rest_is_examined(doctor: Any, tmp_path: Path) -> None:
    root = workspace_of(tmp_path / "w", put_run("p", "one"))
    (root / "metadata" / "ledger.db").write_bytes(b"no database")
    result = doctor(root, "--format", "json")
    assert set(_keys(result)) <= {"unreadable_file", "missing_extra"}
    assert (result.exit_code, json.loads(result.stdout)["read"]["runs"]) == (FINDINGS, 1)


def test_what_is_no_workspace_cannot_be_examined(doctor: Any, tmp_path: Path) -> None:
    result = doctor(tmp_path / "nowhere")
    assert (result.exit_code, result.stdout) == (UNREADABLE, "")
    assert "nowhere does not exist" in result.stderr


def test_what_was_found_can_be_written_to_a_file(doctor: Any, tmp_path: Path) -> None:
    result = doctor(TINY / "invalid" / "crlf", "-o", str(tmp_path / "found.txt"))
    assert result.stdout == ""
    assert "CR LF" in (tmp_path / "found.txt").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in (TINY / "invalid").iterdir()))
def test_the_pages_tell_every_line_that_doctor_does(doctor: Any, tmp_path: Path, name: str) -> None:
    root = TINY / "invalid" / name
    built = CliRunner().invoke(
        cli.main, ["build", str(root), "-o", str(tmp_path / "site"), "--format", "json", "--cache", str(tmp_path / "c")]
    )
    assert built.exit_code == OK, built.output
    pages = "".join(path.read_text("utf-8") for path in (tmp_path / "site").rglob("*.json"))
    for cause in json.loads(doctor(root, "--format", "json").stdout)["causes"]:
        for place in cause["places"]:
            assert place["line"] is None or f'"{place["file"]}:{place["line"]}"' in pages, place
