"""How the numbers of a project went over its runs: a chart for each, the best of each, and where deployments came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from contexta.report import cells, progress
from contexta.report.directions import Direction, Directions
from contexta.report.document import Block, Chart, Line, Mark, Note, Table
from contexta.report.history import Spell
from contexta.report.inline import Cell, Number, Text
from contexta.report.progress import Courses, Point
from contexta.report.run_tables import words
from contexta.report.summary import Measure, RunSummary

# As many charts as a page shows, and as many runs, the newest, as each goes over; of these, as many are marked.
MAX_TRENDS = 10
WINDOW = 60
MAX_MARKS = 8

_IN_WORDS: Mapping[Direction, str] = {"up": "more", "down": "less"}


def trends(oldest_first: Sequence[RunSummary], spells: Iterable[Spell], directions: Directions) -> Iterator[Block]:
    """The numbers that more than one run has: those of most runs, each as a chart over the newest ones."""
    window = oldest_first[-WINDOW:]
    found = {measure: points for measure, points in progress.courses(window).items() if len(points) > 1}
    drawn = set(sorted(found, key=lambda measure: -len(found[measure]))[:MAX_TRENDS])
    if not drawn:
        return
    deployed = _deployed(window, spells)
    marks = deployed[-MAX_MARKS:]
    yield Note(" ".join(_notes(len(window), len(oldest_first), len(drawn), len(found), len(deployed))))
    yield from (_chart(measure, points, window, marks, directions) for measure, points in found.items() if measure in drawn)


def _notes(shown: int, total: int, drawn: int, found: int, deployed: int) -> Iterator[str]:
    yield f"Over the newest {shown:,} of {total:,} runs." if shown < total else f"Over {shown:,} runs, the oldest at the left."
    if drawn < found:
        yield f"{drawn:,} of {found:,} numbers are drawn: those that most runs have."
    if deployed > MAX_MARKS:
        yield f"The newest {MAX_MARKS} of the {deployed:,} runs that a deployment came from are marked."
    elif deployed:
        yield "A mark is a run that a deployment came from."


def _deployed(window: Sequence[RunSummary], spells: Iterable[Spell]) -> tuple[Mark, ...]:
    """A mark for each run that was put to use, with the last deployment that came from it."""
    places = {run.ref: place for place, run in enumerate(window)}
    marks = {
        places[spell.deployment.run_ref]: spell.deployment.link()
        for spell in spells
        if spell.took_place and spell.deployment.run_ref and spell.deployment.run_ref in places
    }
    return tuple(Mark(float(place), what) for place, what in sorted(marks.items()))


def _chart(
    measure: Measure, points: Sequence[Point], window: Sequence[RunSummary], marks: tuple[Mark, ...], directions: Directions
) -> Chart:
    name, better = words(measure), progress.direction(measure, directions)
    line = Line.through(name, ((float(point.place), point.value if progress.is_finite(point.value) else None) for point in points))
    ends = points[0].place, points[-1].place
    return Chart(
        title=f"{name} ({_IN_WORDS[better]} is better)" if better else name,
        unit=measure.unit,
        axis="index",
        names=tuple(window[place].name for place in ends),
        lines=(line,),
        stands_for=len(points),
        marks=tuple(mark for mark in marks if ends[0] <= mark.x <= ends[1]),
    )


def best_runs(runs: Sequence[RunSummary], found: Courses, directions: Directions) -> Table | None:
    """The run with the best of each number of which anyone knows which way it gets better; `found` goes over these runs."""
    rows = [
        _best_row(measure, top, better, runs)
        for measure, points in found.items()
        if (better := progress.direction(measure, directions)) and (top := progress.best(points, better)) and len(points) > 1
    ]
    return cells.table("Best of each number", ("Number", "Best", "Run", "Started", "Better"), rows) if rows else None


def _best_row(measure: Measure, top: Point, better: Direction, runs: Sequence[RunSummary]) -> tuple[Cell, ...]:
    run = runs[top.place]
    return Text(words(measure)), Number(top.value, measure.unit), run.link(), cells.time(run.started_at), Text(_IN_WORDS[better])
