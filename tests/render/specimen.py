"""One page that has every block and every kind of cell, with the same text wherever a workspace's text can stand."""

import math

from contexta.report.document import (
    Bar,
    Block,
    Chart,
    Details,
    Document,
    Fact,
    Facts,
    Figure,
    Figures,
    Histogram,
    Issue,
    Issues,
    Line,
    Lineage,
    Mark,
    Note,
    Prose,
    Section,
    Sheet,
    Table,
    Timeline,
)
from contexta.report.inline import INDEX, Bytes, Change, Code, Duration, Exact, Hash, Level, Number, Pairs, Ref, Spark, Status, Text, Time

# Hidden characters, markup of HTML and Markdown, a second line.
HOSTILE = "\x1b\u202e<b x='\"'>&lt;|`*_[a](b)\n# h"

# The one reference that has a page of its own.
LINKED = "run:demo.r0"
ADDRESS = "../runs/demo.r0.html"

MOMENT = "2026-10-01T08:12:56.250Z"


def links(ref: str) -> str | None:
    return {LINKED: ADDRESS, "sheet:values": "demo.r1.values.csv"}.get(ref)


def specimen(text: str = HOSTILE) -> Document:
    """The page; `text` stands in every field that a workspace fills, except in prose."""
    return Document(
        title=text,
        kind="run",
        subject=Ref("run:demo.r1", text),
        status=Status("failed"),
        up=(INDEX, Ref("project:demo", text)),
        as_of=MOMENT,
        sections=(
            Section("Summary", (_figures(text), _facts(text), Note(f"A note on {text}."))),
            Section(
                "Tables and charts",
                (_table(text), _details(text), _cut(text, "values"), _cut(text, "rows"), _chart(text, 2), _chart(text, 9)),
            ),
            Section("Time and spread", (_timeline(text), _histogram(text), _lineage(text))),
            Section("Diagnostics", (_issues(text), Issues((), 0))),
            Section("Prose", (PROSE,)),
        ),
    )


def _figures(text: str) -> Block:
    return Figures(
        (
            Figure(text, Number(0.97777, text), text, Number(0.98, text), Change(0.012, text, better=True), Spark((1.0, None, 3.0))),
            Figure("count", Number(48_000, "count")),
        ),
        Ref(LINKED, text),
    )


def _facts(text: str) -> Block:
    cells = (
        None,
        Text(text),
        Code(text),
        Hash(text),
        Exact(0.1 + 0.2, text),
        Number(math.nan),
        Number(math.inf),
        Ref(LINKED, text),
        Ref("run:demo.r9", text),
        Status("unknown", inferred=True),
        Level("critical"),
        Time(MOMENT),
        Change(-0.25, text, better=False),
        Change(0),
        Spark((0.5, 2.5)),
        Duration(7800.0, at_least=True),
        Bytes(2900),
        Pairs(((text, Text(text)), ("n", Number(3)), ("in", Pairs((("d", None),))))),
    )
    return Facts(tuple(Fact(type(cell).__name__, cell) for cell in cells))


def _table(text: str) -> Block:
    rows: tuple[tuple[Text | Code, Number | None, Status], ...] = (
        (Text(text), Number(1.5, text), Status("ok")),
        (Code(text), None, Status("timeout")),
    )
    return Table(text, ("Name", text, "State"), rows, 1200)


def _details(text: str) -> Block:
    return Details(Table(text, ("Value",), ((Exact(-1),),), 1))


def _cut(text: str, name: str) -> Block:
    rows = ((Exact(-1),),)
    return Table("", ("Value",), rows, 1200, f"1 of 1,200 rows: {text}.", Sheet(name, ("Value",), ((-1,),) * 1200, "all 1,200 rows"))


def _chart(text: str, stands_for: int) -> Block:
    lines = (Line.through(text, ((0, 2.5), (1, None), (2, 0.5))), Line(text, (0.0, 2.0), (1.5, 2.0), faint=True))
    marks = (Mark(2, Ref(LINKED, text)),) if stands_for > 2 else ()
    return Chart(text, text, "index", (text, "e2"), lines if marks else lines[:1], stands_for, "log" if marks else "linear", marks)


def _timeline(text: str) -> Block:
    bars = (
        Bar(Ref("stage:demo.r1.train", text), Status("completed"), 0.0, 12.5),
        Bar(Ref("batch:demo.r1.train.e0", text), Status("failed"), 1.0, 5.0, depth=1),
        Bar(Ref("stage:demo.r1.eval", text), Status("unknown", inferred=True), 13.0, None),
    )
    return Timeline(text, Time(MOMENT), bars, 5, f"3 of 5 are drawn: {text}.")


def _histogram(text: str) -> Block:
    return Histogram(text, text, (0.0, 0.5, 1.0), (3, 9))


def _lineage(text: str) -> Block:
    return Lineage((Fact("Dataset", Code(text)), Fact("Run", Ref(LINKED, text), text)))


def _issues(text: str) -> Block:
    one = Issue("error", "failed_batch", text, Ref("batch:demo.r1.train.e0", text))
    return Issues((one, Issue("warning", "torn_line", text, Ref(LINKED, text)), Issue("info", "remark", text, INDEX)), 4)


PROSE = Prose("# Why\n<script>alert(1)</script> *because* ![i](http://e.org/i.png)\n\n```\nleft open")
