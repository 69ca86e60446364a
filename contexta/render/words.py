"""How raw values read: numbers, times, durations, sizes, and text with nothing hidden in it."""

import math
import re
from collections.abc import Iterator, Sequence

import orjson

from contexta.report.document import Bar, Chart, Fact, Figure, Figures, Histogram
from contexta.report.inline import Bytes, Cell, Change, Code, Duration, Exact, Hash, Level, Number, Pairs, Ref, Spark, Status, Text, Time

NOTHING = "–"

# Numbers without digits, by their `repr`.
NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}

STATUS_SIGNS = {
    "completed": "✓",
    "ok": "✓",
    "present": "✓",
    "registered": "•",
    "failed": "✗",
    "error": "✗",
    "missing": "✗",
    "timeout": "✗",
    "open": "◔",
    "cancelled": "⊘",
    "unknown": "?",
}
_SIZES = ("KB", "MB", "GB", "TB")
_SPANS = ((86_400, "d", 3600, " {} h"), (3600, "h", 60, " {:02} min"), (60, "min", 1, " {:02} s"))
_SHORTEST_TIE, _LONGEST_TIE = len("1.2345"), len("-0.00012345")

# With fewer numbers than this, orjson saves nothing.
_MANY = 4

# The longest bar of a histogram, in letters.
_BAR = 24
_BLOCKS = "▁▂▃▄▅▆▇█"
LEVEL_SIGNS = {"critical": "✗", "error": "✗", "warning": "▲", "info": "•", "debug": "·"}

# The last two of each plane, and some in the first: no characters at all, and errors in HTML (https://infra.spec.whatwg.org/#noncharacter).
_NO_CHARACTERS = r"\ufdd0-\ufdef\ufffe\uffff" + "".join([rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 17)])

# C0 and C1 controls other than newline and tab, bidirectional controls, zero-width and other invisible characters, lone surrogates, and
# what is no character. The inside of a character class.
HIDDEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    rf"\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f{_NO_CHARACTERS}"
)
_HIDDEN = re.compile(f"[{HIDDEN}]")


def visible(text: str) -> str:
    """The text with what cannot be seen made visible: `␛` for an escape, `⟨U+202E⟩` for a bidirectional override."""
    return text if text.isprintable() else _HIDDEN.sub(_sign, text)  # no hidden one is printable, as Python counts


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def one_line(text: str) -> str:
    """Visible text on one line: line ends become `⏎`, tabs spaces."""
    return visible(text).replace("\n", "⏎").replace("\t", " ")


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning and end with a mark between them, where it has more letters than `limit`."""
    return text if len(text) <= limit else f"{text[: limit * 2 // 3]}…{text[1 - (limit - limit * 2 // 3) :]}"


def number(value: float) -> str:
    """Four significant digits, all of a whole part: `48,000`, `0.9778`, `945.5`, `123,457`, `1.2e-7`, `NaN`."""
    if isinstance(value, int):
        return f"{value:,}" if -(10**15) < value < 10**15 else _in_powers(value)
    return _rounded(value, repr(value))


def numbers(values: Sequence[float], digits: list[str]) -> list[str]:
    """`number` of each, whose `digits` are at hand."""
    return [
        # Most numbers are measured: of the size that `_rounded` need not look at, and with too many digits for a tie.
        f"{value:.4g}" if type(value) is float and 1e-4 <= value < 999.95 and len(written) > _LONGEST_TIE else _number(value, written)
        for value, written in zip(values, digits, strict=True)
    ]


def _number(value: float, written: str) -> str:
    return _rounded(value, written) if type(value) is float else number(value)


def _rounded(value: float, written: str) -> str:
    # Rounding what is stored differs from rounding what is written only where that is a tie: five digits, the last a 5.
    if 1e-4 <= abs(value) < 999.95 and not (written[-1] == "5" and _SHORTEST_TIE <= len(written) <= _LONGEST_TIE):
        return f"{value:.4g}"
    return _rounded_as_written(value, written)


def _in_powers(value: int) -> str:
    from decimal import Decimal  # seldom needed, and takes long to import

    return f"{Decimal(value):.3e}"


def _rounded_as_written(value: float, written: str) -> str:
    if not math.isfinite(value):
        return NOT_FINITE[written]
    if value == 0:
        return "0"
    if abs(value) < 1e15 and (value.is_integer() or abs(value) >= 1000):
        return f"{value:,.0f}"
    from decimal import ROUND_HALF_EVEN, Context

    four = Context(prec=4, rounding=ROUND_HALF_EVEN).create_decimal(written)
    if not 1e-4 <= abs(value) < 1e15:
        return f"{four.normalize():e}"
    text = f"{four:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float) -> str:
    """All digits, as Python and JSON write them."""
    digits = repr(value)
    return NOT_FINITE.get(digits, digits)


def digits(values: Sequence[float]) -> list[str]:
    """The `repr` of each. Many at once are written by orjson, in a seventh of the time, where it writes them as Python does."""
    if len(values) < _MANY:
        return [*map(repr, values)]
    try:
        written = orjson.dumps(values).decode()
    except orjson.JSONEncodeError:  # a whole number of more than 64 bits
        return [*map(repr, values)]
    each = written[1:-1].split(",")
    if not ("e" in written or "n" in written or "0.0000" in written):  # otherwise than Python: exponents, NaN, booleans, small numbers
        return each
    return [one if type(value) is float and 1e-4 <= abs(value) < 1e15 else repr(value) for value, one in zip(values, each, strict=True)]


def duration(seconds: float) -> str:
    """`340 ms`, `12.4 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`."""
    sign, span = ("-", -seconds) if seconds < 0 else ("", seconds)
    if span == 0:
        return "0 s"
    if span < 0.9995:
        return f"{sign}{span * 1000:.3g} ms"
    if span < 59.95:
        return f"{sign}{span:.1f} s"
    whole = round(span)
    for length, unit, part, rest_as in _SPANS:
        if whole >= length:
            rest = whole % length // part
            return f"{sign}{whole // length} {unit}" + (rest_as.format(rest) if rest else "")
    return f"{sign}{whole} s"


def size(count: int) -> str:
    """`987 B`, `2.9 KB`, `1.2 GB`; 1 KB is 1,000 bytes."""
    if count < 1000:
        return f"{count} B"
    steps = min(int(math.log10(count + 0.5 * 10 ** (len(str(count)) - 4))) // 3, len(_SIZES))
    return f"{count / 1000**steps:,.1f} {_SIZES[steps - 1]}"


def time(timestamp: str) -> str:
    """`2026-10-01 08:12:56 UTC`: to the second, the zone said."""
    return times([timestamp])[0]


def times(timestamps: Sequence[str]) -> list[str]:
    """`time` of each."""
    return [f"{timestamp[:10]} {timestamp[11:19]} UTC" for timestamp in timestamps]


def cell(value: Cell) -> str:
    """Any cell in words, on as many lines as its text has."""
    match value:
        case None:
            return NOTHING
        case Text(text) | Code(text) | Hash(text) | Ref(_, text):
            return visible(text)
        case Number(amount, unit):
            return with_unit(number(amount), unit)
        case Exact(amount, unit):
            return with_unit(exact(amount), unit)
        case Change():
            return change(value)
        case Spark(values):
            return sparkline(values)
        case Status(word, inferred):
            return status(word) + (" (inferred)" if inferred else "")
        case Level(word):
            return f"{LEVEL_SIGNS.get(word, '•')} {visible(word)}"
        case Time(timestamp):
            return time(timestamp)
        case Duration(seconds, at_least):
            return ("≥ " if at_least else "") + duration(seconds)
        case Bytes(count):
            return size(count)
        case Pairs(items):
            return ", ".join(f"{visible(name)}={_nested(item)}" for name, item in items)


def _nested(value: Cell) -> str:
    return f"({cell(value)})" if isinstance(value, Pairs) else cell(value)


def status(word: str) -> str:
    """A status with its sign, so that colour is never the only one."""
    return f"{STATUS_SIGNS.get(word, '•')} {visible(word)}"


def with_unit(amount: str, unit: str | None) -> str:
    """A number and its unit; a count needs none."""
    return f"{amount} {visible(unit)}" if unit and unit != "count" else amount


def change(found: Change) -> str:
    """`▲ +0.012 (better)`: the sign says which way, words whether that is good."""
    judged = "" if found.better is None or not found.amount else " (better)" if found.better else " (worse)"
    return amount_of(found.amount, found.unit) + judged


def amount_of(amount: float, unit: str | None) -> str:
    """`▲ +0.012`: a change without a word on whether it is good."""
    if amount == 0:
        return "= unchanged"
    sign, plus = ("▲", "+") if amount > 0 else ("▼", "")
    return f"{sign} {plus}{with_unit(number(amount), unit)}"


def facts_of(figures: Figures) -> list[Fact]:
    """Figures as labelled values, for formats without room for more."""
    return [Fact(figure.label, figure.value, ", ".join(_beside(figure, figures.against))) for figure in figures.items]


def _beside(figure: Figure, against: Ref | None) -> Iterator[str]:
    if figure.note:
        yield figure.note
    if figure.best is not None:
        yield f"best {cell(figure.best)}"
    if figure.change is not None:
        yield f"{change(figure.change)} against {against.text}" if against else change(figure.change)


def bar(one: Bar) -> str:
    """When a bar began and how long it took: `from 3.0 s, 12.4 s`."""
    lasted = "not ended" if one.end is None else duration(one.end - one.begin)
    return f"from {duration(one.begin)}, {lasted}"


def bins(histogram: Histogram) -> list[tuple[str, str, int]]:
    """Each bin in words, `0.1 to 0.2`, its count as a bar of blocks, and its count."""
    edges = [number(edge) for edge in histogram.edges]
    most = max(histogram.counts, default=0) or 1
    blocks = ["█" * math.ceil(count / most * _BAR) for count in histogram.counts]
    return [(f"{low} to {high}", bar, count) for low, high, bar, count in zip(edges, edges[1:], blocks, histogram.counts, strict=False)]


def sparkline(values: Sequence[float | None]) -> str:
    """A row of blocks as high as the values, a space where there is none: `▇▅▃▂▁`. Of a long row, the last of each stretch."""
    step = max(1, math.ceil(len(values) / 40))
    kept = values[::-step][::-1]
    finite = [value for value in kept if value is not None]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    return "".join(" " if value is None else _BLOCKS[_height(value, low, high)] for value in kept)


def _height(value: float, low: float, high: float) -> int:
    span = high / 2 - low / 2  # halved, because the difference of two great numbers may be none
    return round((value / 2 - low / 2) / span * (len(_BLOCKS) - 1)) if span > 0 else len(_BLOCKS) // 2


def chart(drawn: Chart) -> list[str]:
    """Each line of a chart in a line: `loss · train batches (nats): ▇▅▃▂▁ 2.309 → 0.1919; best: epoch-11`, named where there are others."""
    title = f"{drawn.title} ({drawn.unit})" if drawn.unit else drawn.title
    marks = f"; {', '.join([mark.what.text for mark in drawn.marks])}" if drawn.marks else ""
    alone = sum(not line.faint for line in drawn.lines) == 1
    return [
        f"{title if alone and not line.faint else f'{title}, {line.label}'}: {_course(line.ys)}{'' if line.faint else marks}"
        for line in drawn.lines
    ]


def _course(values: Sequence[float | None]) -> str:
    finite = [value for value in values if value is not None] or [math.nan]
    return f"{sparkline(values)} {number(finite[0])} → {number(finite[-1])}"


def count(number_of: int) -> str:
    """A whole number with separators."""
    return f"{number_of:,}"
