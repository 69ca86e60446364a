"""What the real workspaces say, read here with nothing of contexta's own readers, is found on the pages in every format."""

import html
import json
import math
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contexta import cli
from tests.conftest import TINY
from tests.site import tree
from tests.site.links import read_page

FORMATS = ("html", "md", "json")
HOSTILE = "loss became NaN; <script>alert('x')</script> aborting | see log"

# Table of a ledger → what its rows are, and whose name they carry.
LEDGER = {
    "runs": "run_ref",
    "stage_executions": "stage_execution_ref",
    "batch_executions": "batch_execution_ref",
    "sample_observations": "sample_observation_ref",
    "deployment_executions": "deployment_execution_ref",
    "environment_snapshots": "environment_snapshot_ref",
}
SCOPES = ("stage_execution_ref", "batch_execution_ref", "sample_observation_ref", "deployment_execution_ref")


@dataclass
class Said:
    """What the files say of one run: words that its page must hold, and every measured value."""

    words: set[str] = field(default_factory=set)
    values: Counter[str] = field(default_factory=Counter)


def name_of(ref: str) -> str:
    return ref.partition(":")[2].rpartition(".")[2]


def payloads(root: Path) -> Iterator[dict[str, Any]]:
    """What the frame of each line holds, in capture files and in segments."""
    for path in sorted(root.rglob("*.jsonl")):
        lines = (json.loads(line) for line in path.read_text("utf-8").split("\n") if line)
        yield from (line["record"] if "record" in line else line["payload"] for line in lines)


def ledger_rows(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    path = root / "metadata" / "ledger.db"
    if not path.is_file():
        return
    duckdb = pytest.importorskip("duckdb", reason="this workspace keeps its runs in a DuckDB file")
    with duckdb.connect(str(path), read_only=True) as connection:
        for table in LEDGER:
            for (text,) in connection.execute(f"SELECT payload_json FROM {table}").fetchall():
                yield table, json.loads(text)


def said_of_runs(root: Path) -> dict[str, Said]:
    """Run ref → what any line says of it."""
    found: dict[str, Said] = defaultdict(Said)
    for payload in payloads(root):
        if "manifest" in payload:
            add_artifact(found[payload["manifest"]["run_ref"]], payload["manifest"])
        else:
            add_record(found[payload["envelope"]["run_ref"]], payload["envelope"], payload["payload"])
    for table, model in ledger_rows(root):
        add_model(found[model["run_ref"]], table, model)
    for run, said in found.items():
        said.words.add(name_of(run))
    return found


def add_artifact(said: Said, manifest: Mapping[str, Any]) -> None:
    said.words |= {name_of(manifest["artifact_ref"]), manifest["artifact_kind"], manifest["location_ref"]}
    said.words |= {manifest["hash_value"]} - {None}


def add_record(said: Said, envelope: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
    said.words |= {name_of(envelope[scope]) for scope in SCOPES if envelope.get(scope)}
    keys = ("metric_key", "event_key", "message", "span_name", "issue_key", "summary")
    said.words |= {payload[key] for key in keys if payload.get(key)}
    if "metric_key" in payload:
        said.values[repr(payload["value"])] += 1


def add_model(said: Said, table: str, model: Mapping[str, Any]) -> None:
    said.words.add(name_of(model[LEDGER[table]]))
    for name, version in model.get("packages", {}).items():
        said.words |= {name, version}


def build(workspace: Path, out: Path) -> dict[str, bytes]:
    result = CliRunner().invoke(
        cli.main, ["build", str(workspace), "-o", str(out), "--format", ",".join(FORMATS), "--cache", str(out.parent / "cache")]
    )
    assert result.exit_code == 0, result.output
    return tree(out)


def text_of(page: bytes, extension: str) -> str:
    """What a reader of a page sees, without the escapes of its format; pieces of it stand on lines of their own."""
    text = page.decode("utf-8")
    match extension:
        case "html":
            return read_page(text).text
        case "md":
            return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text))
    return "\n".join(leaves(json.loads(text)))


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    elif value is not None:
        yield value if isinstance(value, str) else repr(value)


def occurrences(words: str, text: str) -> int:
    """How often words stand in a text as words of their own: `train` does not stand in `train-02`, nor `0.5` in `0.57`."""
    return len(re.findall(rf"(?<![\w.-]){re.escape(words)}(?![\w-]|\.\w)", text))


def test_everything_that_the_files_say_of_a_run_is_on_its_page(real_workspace: Path, tmp_path: Path) -> None:
    site = build(real_workspace, tmp_path)
    runs = said_of_runs(real_workspace)
    assert runs
    for ref, said in runs.items():
        for extension in FORMATS:
            text = text_of(site[f"runs/{ref.removeprefix('run:')}.{extension}"], extension)
            assert [word for word in sorted(said.words) if not occurrences(word, text)] == [], (ref, extension)
            short = {value: count for value, count in said.values.items() if occurrences(value, text) < count}
            assert short == {}, (ref, extension)


def test_every_deployment_has_a_page_with_what_was_measured_on_it(real_workspace: Path, tmp_path: Path) -> None:
    site = build(real_workspace, tmp_path)
    said: dict[str, Said] = defaultdict(Said)
    for record in payloads(real_workspace):
        deployment = record.get("envelope", {}).get("deployment_execution_ref")
        if deployment:
            add_record(said[deployment], record["envelope"], record["payload"])
    for table, model in ledger_rows(real_workspace):
        if table == "deployment_executions":
            said[model["deployment_execution_ref"]].words |= {model["deployment_name"], name_of(model["run_ref"])}
    pages = {page for page in site if page.startswith("deployments/")}
    assert pages == {f"deployments/{ref.partition(':')[2]}.{extension}" for ref in said for extension in FORMATS}
    for ref, one in said.items():
        for extension in FORMATS:
            text = text_of(site[f"deployments/{ref.partition(':')[2]}.{extension}"], extension)
            assert [word for word in sorted({*one.words, *one.values}) if not occurrences(word, text)] == [], (ref, extension)


def test_there_is_a_page_for_every_run_and_no_other(real_workspace: Path, tmp_path: Path) -> None:
    pages = {page for page in build(real_workspace, tmp_path) if page.startswith("runs/")}
    assert pages == {f"runs/{ref.removeprefix('run:')}.{extension}" for ref in said_of_runs(real_workspace) for extension in FORMATS}


def test_the_index_and_the_project_name_every_run_and_deployment(real_workspace: Path, tmp_path: Path) -> None:
    site = build(real_workspace, tmp_path)
    runs = list(said_of_runs(real_workspace))
    [project] = {ref.removeprefix("run:").partition(".")[0] for ref in runs}
    names = {name_of(ref) for ref in runs} | {page.split(".")[1] for page in site if page.startswith("deployments/")}
    for extension in FORMATS:
        for page in (f"index.{extension}", f"projects/{project}.{extension}"):
            text = text_of(site[page], extension)
            assert [name for name in sorted(names) if not occurrences(name, text)] == [], page


def test_the_json_pages_hold_finite_numbers_only(real_workspace: Path, tmp_path: Path) -> None:
    for page, content in build(real_workspace, tmp_path).items():
        if page.endswith(".json"):
            json.loads(content, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"), parse_float=finite)


def finite(text: str) -> float:
    assert math.isfinite(float(text)), text
    return float(text)


def test_a_search_sees_whole_words_only() -> None:
    assert occurrences("train", "train-02\nre.train\nin stage train") == 1
    assert occurrences("0.5", "10.5 0.57 -0.5 0.5.") == 1
    assert occurrences("loss", "no such thing") == 0


# The vision workspace


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("page", ["runs/vision-train.train-02-wide", "projects/vision-train", "index"])
def test_a_hostile_message_shows_as_text(vision: Path, tmp_path: Path, page: str, extension: str) -> None:
    assert HOSTILE in text_of(build(vision, tmp_path)[f"{page}.{extension}"], extension)


def test_a_hostile_message_is_no_markup_anywhere(vision: Path, tmp_path: Path) -> None:
    site = build(vision, tmp_path)
    scripts = {page: content.lower().count(b"<script") for page, content in site.items() if page.endswith((".html", ".md"))}
    assert all(count == page.endswith(".html") for page, count in scripts.items())  # one of ours a page, none in Markdown
    cells = [line for line in site["runs/vision-train.train-02-wide.md"].decode().split("\n") if "alert" in line and line.startswith("|")]
    assert cells
    assert {len(re.findall(r"(?<!\\)\|", cell)) for cell in cells} == {columns_above(site, cells[0])}


def columns_above(site: Mapping[str, bytes], cell: str) -> int:
    """How many bars the heading of a row's table has."""
    lines = site["runs/vision-train.train-02-wide.md"].decode().split("\n")
    rule = max(place for place, line in enumerate(lines[: lines.index(cell)]) if re.fullmatch(r"\|( -+:? \|)+", line))
    return lines[rule].count("|")


@pytest.mark.parametrize("extension", ["html", "md"])
@pytest.mark.parametrize("page", ["runs/vision-train.train-02-wide", *(f"deployments/vision-train.prod-v{number}" for number in (1, 2, 3))])
def test_what_no_line_describes_is_said_to_be_inferred_with_unknown_status(vision: Path, tmp_path: Path, page: str, extension: str) -> None:
    text = text_of(build(vision, tmp_path)[f"{page}.{extension}"], extension)
    head = text.partition("Summary")[0] if extension == "md" else text
    assert re.search(r"unknown\W+inferred", head)
    assert re.search(r"No line describes this (run|deployment)", text)
    assert "its status is unknown" in text
    assert "completed" not in text


def test_what_no_line_describes_is_marked_in_the_data(vision: Path, tmp_path: Path) -> None:
    site = build(vision, tmp_path)
    pages = [page for page in site if re.match(r"(runs|deployments)/.*\.json", page)]
    statuses = [json.loads(site[page])["status"] for page in pages]
    assert len(statuses) == 7
    assert all((status["value"], status["inferred"]) == ("unknown", True) for status in statuses)


# The same bytes


def test_two_builds_and_a_build_of_a_copy_elsewhere_give_the_same_bytes(real_workspace: Path, tmp_path: Path) -> None:
    copy = tmp_path / "some where" / "else"
    shutil.copytree(real_workspace, copy)
    first = build(real_workspace, tmp_path / "first")
    assert build(real_workspace, tmp_path / "second") == first
    assert build(copy, tmp_path / "third") == first


def test_no_page_tells_where_the_workspace_or_the_site_lies(real_workspace: Path, tmp_path: Path) -> None:
    places = (str(real_workspace).encode(), str(tmp_path).encode())
    assert [page for page, content in build(real_workspace, tmp_path).items() if any(place in content for place in places)] == []


# What is wrong with files


@pytest.mark.parametrize("broken", sorted(TINY.glob("invalid/*")), ids=lambda path: path.name)
def test_bad_input_builds_and_the_pages_say_where_it_is_bad(broken: Path, tmp_path: Path) -> None:
    site = build(broken, tmp_path)
    places = {place for page, content in site.items() if page.endswith(".html") for place in health_places(content)}
    assert places
    assert [place for place in sorted(places) if not is_place(broken, place)] == []


def health_places(page: bytes) -> Iterator[str]:
    """`file:line` of every row under the heading Data Health."""
    _, heading, section = page.decode().partition('id="data-health"')
    text = read_page(section.partition("</section>")[0]).text if heading else ""
    yield from re.findall(r"^[\w./#-]+(?:\.jsonl|\.db#\w+):\d+$", text, re.MULTILINE)


def is_place(root: Path, place: str) -> bool:
    """Whether a file of the workspace has that line; a row of a database has no line to look at."""
    file, _, line = place.rpartition(":")
    path = root / file.partition("#")[0]
    return path.is_file() and ("#" in file or 1 <= int(line) <= len(re.findall(rb"[^\n]*\n|[^\n]+", path.read_bytes())))
