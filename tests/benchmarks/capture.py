"""What writing costs: `python -m tests.benchmarks.capture [SIZE_IN_MB]`. Prints a table of ratios, each measured within one run."""

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

from contexta import Contexta

ROUNDS = 15
CALLS = 4_000
WRITERS = 4
METRICS = 50_000


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def metric_against_its_floor(root: Path) -> float:
    """The median over rounds of `metric()` ÷ (`orjson.dumps` of the same line and one `os.write`)."""
    with Contexta(root / "metric").run("bench") as run, run.stage("train") as stage, stage.batch("epoch-0") as batch:

        def measure() -> None:
            for number in range(CALLS):
                batch.metric("loss", number * 0.1, unit="nats")

        measure()
        records = root / "metric" / "cache" / "capture" / "record.jsonl"
        line = orjson.loads(records.read_bytes().splitlines()[-1])
        floor = os.open(root / "floor.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)

        def write() -> None:
            for _ in range(CALLS):
                os.write(floor, orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

        ratios = [seconds(measure) / seconds(write) for _ in range(ROUNDS)]
        os.close(floor)
        return statistics.median(ratios)


def fill(path: Path, megabytes: int) -> None:
    """Records of about 1 KB a line, as a capture leaves them."""
    with Contexta(path).run("first") as run:
        run.metric("loss", 0.5, tags={"note": "x" * 300})
    records = path / "cache" / "capture" / "record.jsonl"
    block = records.read_bytes() * 1000
    with records.open("ab") as stream:
        for _ in range(megabytes * 1_000_000 // len(block)):
            stream.write(block)


def opening(root: Path, megabytes: int) -> tuple[float, float, float]:
    """Seconds to open a `Contexta` and its first run, on an empty workspace and on a large one: (empty, large, ratio of medians)."""
    fill(root / "large", megabytes)

    def begin(path: Path) -> float:
        return seconds(lambda: Contexta(path).run("next"))

    pairs = [(begin(root / f"empty-{number}"), begin(root / "large")) for number in range(ROUNDS)]
    empty, large = (statistics.median(times) for times in zip(*pairs, strict=True))
    return empty, large, large / empty


def write_metrics(path: Path, name: str) -> None:
    """One writer of several."""
    with Contexta(path).run(name) as run:
        for number in range(METRICS):
            run.metric("loss", number)


def writers(root: Path) -> tuple[int, int, float]:
    """Four processes into one workspace: (whole metric lines, other lines, lines a second)."""
    path = root / "shared"
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write_metrics, args=(path, f"writer-{number}")) for number in range(WRITERS)]

    def work() -> None:
        for process in processes:
            process.start()
        for process in processes:
            process.join()

    taken = seconds(work)
    whole = sum(_is_metric(line) for line in _lines(path))
    total = sum(1 for _ in _lines(path))
    return whole, total - whole, total / taken


def _lines(path: Path) -> Iterator[bytes]:
    with (path / "cache" / "capture" / "record.jsonl").open("rb") as stream:
        yield from stream


def _is_metric(line: bytes) -> bool:
    try:
        return bool(line.endswith(b"\n") and orjson.loads(line)["payload"]["envelope"]["record_type"] == "metric")
    except (ValueError, KeyError, TypeError):
        return False


def main() -> None:
    """Measure, and print the table."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ratio = metric_against_its_floor(root)
        empty, large, opened = opening(root, megabytes)
        whole, broken, rate = writers(root)
    rows = (
        ("case", "measured", "must"),
        ("---", "---", "---"),
        ("`metric()` ÷ (`orjson.dumps` + `os.write` of its line)", f"{ratio:.2f}", "≤ 4"),
        (
            f"`Contexta` and its first run, on {megabytes:,} MB ÷ on nothing",
            f"{opened:.2f} ({large * 1e3:.1f} ÷ {empty * 1e3:.1f} ms)",
            "1",
        ),
        (f"{WRITERS} processes × {METRICS:,} metrics: whole lines", f"{whole:,} ({rate:,.0f} a second)", f"{WRITERS * METRICS:,}"),
        ("other lines", f"{broken}", "0"),
    )
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
