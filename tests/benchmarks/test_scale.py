"""The benchmark measures what it says: its lines are real ones, its memory is that of all processes. Nothing here looks at the clock."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.benchmarks import frames, processes, scale
from tests.benchmarks.machine import filesystem, machine
from tests.benchmarks.processes import CommandFailed, Memory
from tests.benchmarks.scale import Bench, Site, Sizes
from tests.benchmarks.table import HOLDS, MISSED, REACHES_AIM, Measurement, markdown_table

SMALL = Sizes(runs=3, records=40, points=200, samples=30, many=12, rounds=1)

needs_proc = pytest.mark.skipif(not processes.can_see_memory(), reason="this system does not tell what processes share")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A place for a workspace."""
    return Site(tmp_path / "here", ())


def lines_of(site: Site) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in site.records.read_bytes().splitlines()]


def envelopes(site: Site) -> list[dict[str, Any]]:
    return [line["payload"]["envelope"] for line in lines_of(site)]


def built(site: Site) -> str:
    """What a strict build says."""
    return processes.output((*site.command, "--strict"))


def paths(value: Any, above: str = "") -> Iterator[str]:
    """The places of all keys in an object, but not what people may put into attributes and tags."""
    if isinstance(value, Mapping) and not above.endswith((".attributes", ".tags")):
        for name, inner in value.items():
            yield f"{above}.{name}"
            yield from paths(inner, f"{above}.{name}")


# The lines


@pytest.mark.parametrize("records", [frames.FEWEST, 5, 7, 40, 200, 1000])
def test_a_run_has_as_many_lines_as_were_asked_for(site: Site, records: int) -> None:
    frames.append_runs(site.workspace, range(3), records)
    runs = Counter(envelope["run_ref"] for envelope in envelopes(site))
    assert runs == {f"run:{frames.run_name(number)}": records for number in range(3)}


def test_a_run_of_fewer_records_than_it_has_scopes_is_refused(site: Site) -> None:
    with pytest.raises(ValueError, match="at least 4"):
        frames.append_runs(site.workspace, range(1), 3)


def test_lines_are_as_a_sink_leaves_them(site: Site) -> None:
    """Compact, keys sorted, an LF after each."""
    frames.append_runs(site.workspace, range(2), 200)
    frames.append_long_run(site.workspace, 100, 10)
    for line in site.records.read_bytes().splitlines(keepends=True):
        assert orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE) == line


def test_lines_have_the_keys_of_those_that_contexta_1_0_wrote(site: Site, vision: Path) -> None:
    frames.append_runs(site.workspace, range(1), 200)
    frames.append_long_run(site.workspace, 50, 4)
    real = [orjson.loads(line) for line in (vision / frames.RECORDS).read_bytes().splitlines()]
    by_type = {line["payload_type"]: set(paths(line)) for line in real}
    assert {line["payload_type"] for line in lines_of(site)} == set(by_type)
    for line in lines_of(site):
        assert set(paths(line)) == by_type[line["payload_type"]]


@pytest.mark.parametrize("records", [5, 1000])
def test_a_line_is_about_a_kilobyte(site: Site, records: int) -> None:
    frames.append_runs(site.workspace, range(2), records)
    sizes = [len(line) for line in site.records.read_bytes().splitlines(keepends=True)]
    assert 1000 < sum(sizes) / len(sizes) < 1150
    assert min(sizes) > 850
    assert max(sizes) < 1300


def test_a_run_is_a_mix_of_stages_batches_samples_events_and_spans(site: Site) -> None:
    frames.append_runs(site.workspace, range(1), 1000)
    found = envelopes(site)
    assert Counter(envelope["record_type"] for envelope in found) == {"metric": 970, "event": 20, "span": 10}
    stages = [envelope["stage_execution_ref"] for envelope in found if envelope["stage_execution_ref"]]
    assert [stage.rpartition(".")[2] for stage in dict.fromkeys(stages)] == ["prepare", "train", "evaluate"]
    assert len({envelope["batch_execution_ref"] for envelope in found} - {None}) == 20 + 1
    assert len({envelope["sample_observation_ref"] for envelope in found} - {None}) == 25


def test_no_two_records_have_one_reference_and_times_rise(site: Site) -> None:
    frames.append_runs(site.workspace, range(4), 50)
    frames.append_runs(site.workspace, range(4, 5), 50)
    found = envelopes(site)
    assert len({envelope["record_ref"] for envelope in found}) == len(found)
    times = [time for line in lines_of(site) for time in _times(line)]
    assert times == sorted(times)


def _times(line: Mapping[str, Any]) -> tuple[str, str, str]:
    envelope = line["payload"]["envelope"]
    return envelope["observed_at"], envelope["recorded_at"], line["captured_at"]


def test_runs_lie_apart_but_where_one_ends_while_the_next_begins(site: Site) -> None:
    frames.append_runs(site.workspace, range(2), 40)
    order = [int(envelope["run_ref"][-1]) for envelope in envelopes(site)]
    assert order == [0] * 30 + [0, 1] * 10 + [1] * 30


def test_the_same_sizes_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        frames.append_runs(tmp_path / name, range(2), 30)
    first, second = ((tmp_path / name / frames.RECORDS).read_bytes() for name in ("one", "two"))
    assert first == second


def test_a_long_run_has_its_points_and_samples(site: Site) -> None:
    frames.append_long_run(site.workspace, 1000, 60)
    found = lines_of(site)
    samples = Counter(line["payload"]["envelope"]["sample_observation_ref"] for line in found)
    assert samples.pop(None) == 1000
    assert Counter(samples.values()) == {1: 30, 2: 30}
    assert len({line["payload"]["envelope"]["batch_execution_ref"] for line in found} - {None}) == 20
    steps = [line["payload"]["payload"]["tags"]["step"] for line in found if line["payload"]["payload"]["tags"]]
    assert steps == list(range(40))


def test_what_is_made_builds_without_a_problem(site: Site) -> None:
    frames.append_runs(site.workspace, range(3), 120)
    assert "3 runs" in built(site)
    assert all(site.page_of(frames.run_name(number)).is_file() for number in range(3))


def test_a_long_run_builds_without_a_problem(site: Site) -> None:
    frames.append_long_run(site.workspace, 300, 40)
    assert "1 run," in built(site)


# The measures


def test_a_command_that_fails_is_told_by_the_last_it_said() -> None:
    command = (sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit('no room')")
    for measure in (processes.seconds, processes.peak, processes.output):
        with pytest.raises(CommandFailed, match=r"\Ano room\Z"):
            measure(command)


@needs_proc
def test_memory_is_that_of_all_processes_together() -> None:
    """A process that holds 40 MB, while another that it started holds 60 MB."""
    inner = "import time; held = b'x' * 60_000_000; time.sleep(1)"
    outer = f"import subprocess, sys; held = b'x' * 40_000_000; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    found = processes.peak((sys.executable, "-c", outer))
    assert 100e6 < found.pss <= found.rss < 200e6


def test_memories_add_up_and_peaks_are_apart() -> None:
    assert Memory(1, 2) + Memory(3, 4) == Memory(4, 6)
    assert Memory(1, 9).most(Memory(5, 2)) == Memory(5, 9)


def test_a_restless_machine_is_said_beside_the_ratio() -> None:
    assert scale.Full(3.0, 1.5, 1.1).detail == "3.00 ÷ 1.50 s"
    assert scale.Full(3.0, 1.5, 1.7).detail == "3.00 ÷ 1.50 s; F varied 1.7×"


def test_an_incremental_build_that_rewrites_a_page_is_noticed(site: Site) -> None:
    page = site.page_of("p.one")
    page.parent.mkdir(parents=True)
    page.write_text("same", "utf-8")
    before = site.pages()
    assert list(before) == ["runs/p.one.html"]
    page.with_suffix(".tmp").write_text("same", "utf-8")
    page.with_suffix(".tmp").replace(page)
    assert site.pages() != before


def test_overviews_are_the_index_and_projects_with_their_further_pages(site: Site) -> None:
    for page in ("index.html", "index/2.html", "projects/p.html", "projects/p/2.html", "runs/p.one.html", "projects/p.csv"):
        path = site.out / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    found = sorted(page.relative_to(site.out).as_posix() for page in site.overviews())
    assert found == ["index.html", "index/2.html", "projects/p.html", "projects/p/2.html"]


def test_clearing_leaves_what_was_captured(site: Site) -> None:
    frames.append_runs(site.workspace, range(1), 4)
    index = site.workspace / "cache" / "report" / "index.db"
    index.parent.mkdir()
    index.write_bytes(b"")
    site.out.mkdir()
    site.clear()
    assert not index.parent.exists()
    assert not site.out.exists()
    assert site.records.is_file()


def test_every_case_but_the_start_gives_its_rows(tmp_path: Path) -> None:
    """The whole benchmark on next to nothing; whether the bounds hold means nothing here, that all was built does."""
    rows = list(scale.measure(Bench(SMALL, tmp_path), [name for name in scale.CASES if name != "start"]))
    unmeasured = [row.case for row in rows if row.measured is None]
    assert unmeasured == []
    assert [row.fault for row in rows if row.fault and "rewritten" not in row.fault] == []
    assert len(rows) == 10 if processes.can_see_memory() else 8
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base"]


def test_a_case_that_cannot_be_measured_says_why_and_the_rest_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(bench: Bench) -> scale.Cases:
        raise CommandFailed("no room")
        yield

    def fine(bench: Bench) -> scale.Cases:
        yield row(1.0)

    monkeypatch.setattr(scale, "CASES", {"one": broken, "two": fine, "three": fine})
    rows = list(scale.measure(Bench(SMALL, tmp_path), ["two", "one"]))
    assert [(one.case, one.verdict) for one in rows] == [("one", "missed: no room"), ("a case", REACHES_AIM)]


# The table


def row(measured: float | None, *, aim: float | None = 2.0, fault: str = "") -> Measurement:
    return Measurement(case="a case", measured=measured, must=4.0, aim=aim, fault=fault)


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (row(1.9), REACHES_AIM),
        (row(2.0), REACHES_AIM),
        (row(2.001), HOLDS),
        (row(4.0), HOLDS),
        (row(4.001), MISSED),
        (row(1.0, aim=None), HOLDS),
        (row(None), MISSED),
        (row(1.0, fault="2 pages were rewritten"), f"{MISSED}: 2 pages were rewritten"),
    ],
)
def test_the_verdict_is_the_better_bound_that_is_kept(one: Measurement, verdict: str) -> None:
    assert one.verdict == verdict
    assert one.holds == (not verdict.startswith(MISSED))


def test_the_table_is_markdown_in_straight_columns() -> None:
    rows = (
        row(2.345),
        Measurement(case="a | b", measured=1234.6, must=1000, spec=",.0f", unit="KB", detail="of 3 pages"),
        row(None, fault="no\nroom"),
    )
    assert markdown_table(rows).splitlines() == [
        "| case   | measured              | must       | aim    | verdict         |",
        "| ------ | --------------------- | ---------- | ------ | --------------- |",
        "| a case | 2.35                  | ≤ 4.00     | ≤ 2.00 | must            |",
        "| a \\| b | 1,235 KB (of 3 pages) | ≤ 1,000 KB |        | missed          |",
        "| a case | –                     | ≤ 4.00     | ≤ 2.00 | missed: no room |",
    ]


def test_the_table_is_printed_and_written_with_the_machine_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "CASES", {"fine": lambda bench: iter([row(3.0)]), "bad": lambda bench: iter([row(5.0)])})
    out = tmp_path / "table.md"
    assert scale.main(["--dir", str(tmp_path), "--out", str(out), "--only", "fine"]) == 0
    printed = capsys.readouterr().out
    assert printed == out.read_text("utf-8")
    assert "| a case | 3.00 " in printed
    assert "5.00" not in printed
    assert str(tmp_path) not in printed
    assert list(tmp_path.iterdir()) == [out]
    assert scale.main(["--dir", str(tmp_path)]) == 1


def test_sizes_are_at_least_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        scale.main(["--rounds", "0"])
    assert "--rounds" in capsys.readouterr().err


def test_the_machine_is_told_without_its_name(tmp_path: Path) -> None:
    said = machine(tmp_path)
    assert said.endswith(f"{filesystem(tmp_path)}.")
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in said
    assert "core" in said
