"""What building costs: `python -m tests.benchmarks.scale`. Makes workspaces and prints each case of a table beside its floor.

The floor F is one process that parses each line of the same record file with orjson and does nothing with it, measured before and
after each build of a case. All workspaces lie in a temporary folder and are removed; the full size takes some 9 GB.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

from tests.benchmarks import frames, processes
from tests.benchmarks.machine import machine
from tests.benchmarks.processes import Command, CommandFailed, Memory
from tests.benchmarks.table import Measurement, markdown_table

JOBS = ("--jobs", "2")
GROWN = 4
FEW_RECORDS = 5
STARTS = 15
RESTLESS = 1.2

MB, KB = 1e6, 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is made, and how often each build is timed."""

    runs: int = 1000
    records: int = 1000
    points: int = 1_000_000
    samples: int = 20_000
    many: int = 10_000
    rounds: int = 3


@dataclass(frozen=True, slots=True)
class Site:
    """A workspace, and the site that is built from it."""

    folder: Path
    options: tuple[str, ...]

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    @property
    def records(self) -> Path:
        return self.workspace / frames.RECORDS

    @property
    def out(self) -> Path:
        return self.folder / "site"

    @property
    def command(self) -> Command:
        """Build what is new."""
        return (*_contexta_report(), "build", self.workspace, "-o", self.out, *self.options)

    def clear(self) -> None:
        """Leave the workspace as if it had never been built.

        What was built is set aside until all is removed: in the half minute after files were deleted, ext4 takes ten times as long to
        make new ones, for it steps over the places of those that are gone.
        """
        aside = self.folder / "aside"
        aside.mkdir(parents=True, exist_ok=True)
        for folder in (self.out, self.workspace / "cache" / "report"):
            if folder.exists():
                folder.rename(aside / f"{folder.name}-{len(list(aside.iterdir()))}")

    def pages(self) -> Mapping[str, tuple[int, int]]:
        """What was written when, by page."""
        found = (path for path in self.out.rglob("*") if path.is_file() and path.name != "manifest.json")
        return {path.relative_to(self.out).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}

    def page_of(self, run: str) -> Path:
        """The page of a run."""
        return self.out / "runs" / f"{run}.html"

    def overviews(self) -> list[Path]:
        """The index, the pages of projects, and the further pages of both."""
        return [self.out / "index.html", *sorted(self.out.glob("index/**/*.html")), *sorted(self.out.glob("projects/**/*.html"))]

    def remove(self) -> None:
        """Give its room back."""
        shutil.rmtree(self.folder)


@dataclass(frozen=True, slots=True)
class Full:
    """Full builds: the median of their seconds, and of F around them; the slowest F ÷ the fastest; what was wrong with the site."""

    seconds: float
    floor: float
    unrest: float = 1.0
    fault: str = ""

    @property
    def ratio(self) -> float:
        """In floors."""
        return self.seconds / self.floor

    @property
    def detail(self) -> str:
        """What the ratio is made of, and whether the machine had other work meanwhile."""
        busy = f"; F varied {self.unrest:.1f}×" if self.unrest > RESTLESS else ""
        return f"{self.seconds:.2f} ÷ {self.floor:.2f} s{busy}"


def full_build(site: Site, runs: int, rounds: int) -> Full:
    """Build a site from nothing, so many times, F before and after each."""
    _read_once(site.records)
    floors, times = [processes.floor_seconds(site.records)], []
    for _ in range(rounds):
        times.append(_built_anew(site))
        floors.append(processes.floor_seconds(site.records))
    return Full(statistics.median(times), statistics.median(floors), max(floors) / min(floors), _unmade(site, runs))


def _built_anew(site: Site) -> float:
    """The seconds of one build from nothing."""
    site.clear()
    return processes.seconds(site.command)


def _unmade(site: Site, runs: int) -> str:
    """Whether pages of runs are missing; nothing where all are there."""
    made = sum(1 for _ in site.out.glob("runs/*.html"))
    return "" if made == runs else f"{made:,} of {runs:,} runs have a page"


def peak_of_full_build(site: Site) -> Memory:
    """The memory of one more build from nothing."""
    site.clear()
    return processes.peak(site.command)


@dataclass(frozen=True)
class Bench:
    """The sites that cases share; each is made, and built, when a case first asks for it."""

    sizes: Sizes
    root: Path

    @cached_property
    def options(self) -> tuple[str, ...]:
        """Two jobs, where the build can be told."""
        return JOBS if JOBS[0] in processes.output((*_contexta_report(), "build", "--help")) else ()

    def site(self, name: str) -> Site:
        """An empty place for a workspace."""
        return Site(self.root / name, self.options)

    @cached_property
    def base(self) -> Site:
        """The workspace of most cases."""
        return self.made("base", self.sizes.runs, self.sizes.records)

    def made(self, name: str, runs: int, records: int) -> Site:
        """A workspace of so many runs."""
        _tell(f"making {runs:,} runs × {records:,} records")
        site = self.site(name)
        frames.append_runs(site.workspace, range(runs), records)
        return site

    @cached_property
    def full(self) -> Full:
        """The full build of the base, which most cases are measured against; leaves its site."""
        return full_build(self.base, self.sizes.runs, self.sizes.rounds)

    @cached_property
    def memory(self) -> Memory:
        """The memory of that build; leaves its site."""
        return peak_of_full_build(self.base)


Cases = Iterator[Measurement]


def full(bench: Bench) -> Cases:
    """Everything, from nothing."""
    found, sizes = bench.full, bench.sizes
    case = f"full build, {sizes.runs:,} runs × {sizes.records:,} records, ÷ F"
    yield Measurement(case=case, measured=found.ratio, must=2.5, aim=1.2, detail=found.detail, fault=found.fault)


def memory(bench: Bench) -> Cases:
    """All processes of a full build together."""
    if processes.can_see_memory():
        pss, rss = bench.memory.pss / MB, bench.memory.rss / MB
        case, detail = "its peak memory, all processes together", f"PSS; RSS {rss:.0f} MB"
        yield Measurement(case=case, measured=pss, must=300, aim=200, spec=".0f", unit="MB", detail=detail)


def grown(bench: Bench) -> Cases:
    """Four times the runs. Both are built in turns: two minutes later, a machine that is shared with others may be another."""
    few, many = bench.sizes.runs, bench.sizes.runs * GROWN
    small_peak = bench.memory if processes.can_see_memory() else None
    small, large = bench.made("few", few, bench.sizes.records), bench.made("grown", many, bench.sizes.records)
    for site in (small, large):
        _read_once(site.records)
    times = [(_built_anew(large), _built_anew(small)) for _ in range(bench.sizes.rounds)]
    longer, shorter = map(statistics.median, zip(*times, strict=True))
    large_peak = peak_of_full_build(large) if small_peak else None
    fault = _unmade(large, many) or _unmade(small, few)
    small.remove()
    large.remove()
    case, detail = f"{many:,} runs against {few:,}", f"{longer:.2f} ÷ {shorter:.2f} s, built in turns"
    yield Measurement(case=f"{case}: time", measured=longer / shorter, must=4.4, aim=4.0, detail=detail, fault=fault)
    if small_peak and large_peak:
        detail = f"{large_peak.pss / MB:.0f} ÷ {small_peak.pss / MB:.0f} MB"
        yield Measurement(case=f"{case}: memory", measured=large_peak.pss / small_peak.pss, must=1.3, aim=1.1, detail=detail)


def nothing_new(bench: Bench) -> Cases:
    """The same again; no page may be rewritten."""
    whole, site = bench.full, bench.base
    before = site.pages()
    taken = statistics.median(processes.seconds(site.command) for _ in range(bench.sizes.rounds))
    rewritten = len(dict(before.items() ^ site.pages().items()))
    fault = f"{rewritten:,} pages were rewritten" if rewritten else ""
    yield _against_full("nothing new", taken, whole, must=0.05, aim=0.02, fault=fault)


def one_more(bench: Bench) -> Cases:
    """A run is appended; its page and the index must show it."""
    whole, site, sizes = bench.full, bench.base, bench.sizes
    times, faults = [], []
    for number in range(sizes.runs, sizes.runs + sizes.rounds):
        frames.append_runs(site.workspace, range(number, number + 1), sizes.records)
        times.append(processes.seconds(site.command))
        faults.append(_missing(site, frames.run_name(number)))
    fault = next(filter(None, faults), "")
    yield _against_full("one more run", statistics.median(times), whole, must=0.08, aim=0.03, fault=fault)


def long_run(bench: Bench) -> Cases:
    """One run of very many points and samples."""
    sizes = bench.sizes
    _tell(f"making a run of {sizes.points:,} points and {sizes.samples:,} samples")
    site = bench.site("long")
    frames.append_long_run(site.workspace, sizes.points, sizes.samples)
    found = full_build(site, 1, sizes.rounds)
    size = site.page_of(frames.run_name(0)).stat().st_size / KB
    site.remove()
    case = f"one run of {sizes.points:,} points and {sizes.samples:,} samples"
    yield Measurement(case=f"{case}, ÷ F", measured=found.ratio, must=3.0, aim=1.8, detail=found.detail, fault=found.fault)
    yield Measurement(case="its page", measured=size, must=1000, aim=400, spec=",.0f", unit="KB")


def many_runs(bench: Bench) -> Cases:
    """The pages that list runs, where there are very many."""
    site = bench.made("many", bench.sizes.many, FEW_RECORDS)
    processes.seconds(site.command)
    contents = [page.read_bytes() for page in site.overviews()]
    site.remove()
    case = f"largest of {len(contents):,} index and project pages at {bench.sizes.many:,} runs"
    yield Measurement(case=f"{case}: size", measured=max(map(len, contents)) / KB, must=500, spec=",.0f", unit="KB")
    yield Measurement(case=f"{case}: rows", measured=max(content.count(b"<tr") for content in contents), must=1000, spec=",.0f")


def start(bench: Bench) -> Cases:
    """How soon the command answers at all."""
    python, script = (sys.executable, "-c", "pass"), (*_contexta_report(), "--help")
    for command in (python, script):
        processes.seconds(command)  # which leaves bytecode
    pairs = [(processes.seconds(script), processes.seconds(python)) for _ in range(STARTS)]
    helped, passed = (statistics.median(times) for times in zip(*pairs, strict=True))
    detail = f"{helped * 1e3:.0f} ÷ {passed * 1e3:.0f} ms"
    yield Measurement(case="`contexta-report --help` ÷ `python -c pass`", measured=helped / passed, must=6, aim=4, detail=detail)


# What is over soon comes before the largest workspace: while its files are removed, and for some time after, the disk is slow.
CASES: Mapping[str, Callable[[Bench], Cases]] = {
    "full": full,
    "memory": memory,
    "nothing-new": nothing_new,
    "one-more": one_more,
    "grown": grown,
    "long-run": long_run,
    "many-runs": many_runs,
    "start": start,
}


def measure(bench: Bench, names: Sequence[str]) -> Iterator[Measurement]:
    """The rows of the cases that are named, in the order of the table; a case whose command fails says so and the next one follows."""
    for name, case in CASES.items():
        if name in names:
            _tell(name)
            try:
                yield from case(bench)
            except CommandFailed as error:
                yield Measurement(case=name, measured=None, must=0, fault=str(error))


def _against_full(case: str, taken: float, whole: Full, *, must: float, aim: float, fault: str) -> Measurement:
    detail = f"{taken:.2f} ÷ {whole.seconds:.2f} s"
    return Measurement(
        case=f"{case}, ÷ the full build", measured=taken / whole.seconds, must=must, aim=aim, spec=".3f", detail=detail, fault=fault
    )


def _missing(site: Site, run: str) -> str:
    """What a site lacks of a run; nothing where all is there."""
    if not site.page_of(run).is_file():
        return f"{run} has no page"
    listed = f"runs/{run}.html".encode() in (site.out / "index.html").read_bytes()
    return "" if listed else f"{run} is not on the index"


def _contexta_report() -> tuple[str | Path, ...]:
    """The command of this interpreter: the script that people call where it is installed."""
    script = Path(sys.executable).with_name("contexta-report")
    return (script,) if script.is_file() else (sys.executable, "-c", "from contexta.cli import main; main()")


def _read_once(path: Path) -> None:
    """Bring a file into memory, so that no one who is measured waits for the disk."""
    with path.open("rb", buffering=0) as stream:
        while stream.read(1 << 24):
            pass


def _tell(what: str) -> None:
    print(what, file=sys.stderr)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    usual = Sizes()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale", description="What building costs, beside its floor.")
    for name, size, what in (
        ("runs", usual.runs, "runs of the workspace that most cases use"),
        ("records", usual.records, "records of each of these runs"),
        ("points", usual.points, "points of the one long run"),
        ("samples", usual.samples, "samples of the one long run"),
        ("many", usual.many, "runs that the index must bear"),
        ("rounds", usual.rounds, "how often each build is timed; the median counts"),
    ):
        parser.add_argument(f"--{name}", type=_positive, default=size, metavar="N", help=f"{what} ({size:,})")
    parser.add_argument("--only", nargs="+", choices=CASES, default=tuple(CASES), metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="where workspaces are made and removed (where temporary files go)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the table there too")
    return parser.parse_args(words)


def report(bench: Bench, rows: Sequence[Measurement]) -> str:
    """The table, and what it was measured on."""
    timed = f"Each build was timed {bench.sizes.rounds} times; the median counts. F is one process that parses every line."
    lines = [markdown_table(rows), "", timed]
    if not bench.options:
        lines.append("This build cannot be told its number of jobs.")
    return "\n".join((*lines, machine(bench.root))) + "\n"


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print the table; 1 where something is not what it must be."""
    arguments = _arguments(words)
    sizes = Sizes(**{field.name: getattr(arguments, field.name) for field in fields(Sizes)})
    with tempfile.TemporaryDirectory(dir=arguments.dir) as folder:
        bench = Bench(sizes, Path(folder))
        rows = list(measure(bench, arguments.only))
        text = report(bench, rows)
    print(text, end="")
    if arguments.out:
        arguments.out.write_text(text, "utf-8")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
