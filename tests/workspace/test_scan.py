"""Whose is a line: found quickly in its bytes, and always as parsing every line would find it."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexta.errors import ContextaError
from contexta.workspace import lines, scan
from contexta.workspace.frames import Owners, interpret, owners
from contexta.workspace.lines import Located
from contexta.workspace.scan import Part, Reading, common_run, is_doubtful, parts_after_keys, read, sole_run
from tests import strategies as build

PLANE = "cache/capture/record.jsonl"

# ---------------------------------------------------------------- lines that mislead
# An object is a list of its members, so that a name may stand twice.

Member = tuple[str, Any]

_RUNS = ("run:a.a", "run:a.b", "run:b.a")
_TEXTS = st.sampled_from(
    (
        *_RUNS,
        "run_ref",
        '"run_ref":"run:a.a"',
        '{"run_ref":"run:a.b"}',
        '\\"run_ref\\":\\"run:b.a\\"',
        '"run_ref": "run:a.a", ',
        "deployment:a.live",
        "Project",
        "\\",
        "",
        "run:a.a\n",
    )
)
_NAMES = st.sampled_from(("run_ref", "run_ref", "note", "Project", '"run_ref":"run:a.a"', "subject_ref"))
_VALUES = st.recursive(
    _TEXTS | st.none() | st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=2) | st.lists(st.tuples(_NAMES, inner), min_size=1, max_size=2),
    max_leaves=4,
)
_EXTRAS = st.lists(st.tuples(_NAMES, _VALUES), max_size=2)


@st.composite
def _members(draw: st.DrawFn, *own: Member) -> list[Member]:
    """The members of an object: its own, in any order, among others that may have the same names."""
    return draw(st.permutations([*own, *draw(_EXTRAS)]))


@st.composite
def _scoped(draw: st.DrawFn, *own: Member) -> list[Member]:
    """An object that should name its run, and perhaps a deployment."""
    run = draw(st.sampled_from((*_RUNS, *_RUNS, None, "run:a", 7, "deployment:a.live")))
    named = [] if draw(st.integers(0, 5)) == 0 else [("run_ref", run)]
    deployed = [("deployment_execution_ref", "deployment:a.live")] if draw(st.integers(0, 5)) == 0 else []
    return draw(_members(*own, *named, *deployed))


@st.composite
def _frames(draw: st.DrawFn) -> list[Member]:
    """A frame of any kind, more or less."""
    match draw(st.sampled_from(("captured", "captured", "segment", "artifact", "put", "context", "none"))):
        case "captured":
            payload = draw(_members(("envelope", draw(_scoped())), ("payload", draw(_members()))))
            return draw(_members(("family", "RECORD"), ("payload", payload)))
        case "segment":
            return draw(_members(("record", draw(_members(("envelope", draw(_scoped())), ("payload", draw(_members())))))))
        case "artifact":
            return draw(_members(("family", "ARTIFACT"), ("payload", draw(_members(("manifest", draw(_scoped())))))))
        case "put":
            kind = draw(st.sampled_from(("Run", "StageExecution", "DeploymentExecution", "Project", "Nothing")))
            return draw(_members(("type", kind), ("model", draw(_scoped(("project_ref", "project:a"))))))
        case "context":
            kind = draw(st.sampled_from(("Run", "DeploymentExecution")))
            return draw(_members(("family", "CONTEXT"), ("payload_type", kind), ("payload", draw(_scoped()))))
    return draw(_scoped())


@st.composite
def _written(draw: st.DrawFn) -> bytes:
    """A line: a frame as some program might write it, with spaces, with letters as escapes; or broken."""
    colon, comma = draw(st.sampled_from(((":", ","), (": ", ", "), (" :\t", " ,"))))
    escaped = draw(st.sampled_from((r"(?!)", r"(?!)", r"(?!)", "r", "[a-z]", "[:.]", "P", "[/]")))
    ends = draw(st.sampled_from(("", "", "", "\r", " ", "}", "x", ',"run_ref":"run:a.a"}')))

    def text(value: str) -> str:
        plain = json.dumps(value)
        return plain if "\\" in plain else re.sub(escaped, lambda found: f"\\u{ord(found[0]):04x}", plain)

    def write(value: Any) -> str:
        if isinstance(value, str):
            return text(value)
        if isinstance(value, list) and any(isinstance(item, tuple) for item in value):
            return "{" + comma.join(f"{text(name)}{colon}{write(item)}" for name, item in value) + "}"
        return json.dumps(value) if not isinstance(value, list) else f"[{comma.join(map(write, value))}]"

    frame = draw(_frames())
    return f"{write(frame) if frame else '{}'}{ends}\n".encode()


def _plain(run: str, name: str = "plain") -> bytes:
    return json.dumps(build.record_frame(build.event(name, run=run))).encode() + b"\n"


# Valid lines of run THIS, or of none, that name run THAT where it means nothing.
_TRAPS = (
    r'{"note":{"run_ref":"THAT"},"family":"RECORD","payload":{"envelope":{"run_ref":"THIS"},"payload":{}}}',
    r'{"family":"RECORD","payload":{"payload":{"attributes":{"run_ref":"THAT"}},"envelope":{"run_ref":"THIS"}}}',
    r'{"family":"RECORD","payload":{"envelope":{"\u0072un_ref":"THIS","x":{"run_ref":"THAT"}},"payload":{}}}',
    r'{"family":"RECORD","payload":{"envelope":{"run_ref":"THAT","run\u005fref":"THIS"},"payload":{}}}',
    r'{"family":"RECORD","payload":{"envelope":{"run_ref":"THAT","run_ref":"THIS"},"payload":{}}}',
    r'{"family":"RECORD","payload":{"envelope":{"run_ref":"THAT"}},"payload":{"envelope":{"run_ref":"THIS"}}}',
    r'{"family":"RECORD","payload":{"envelope":{"run_ref":"THIS","x":"\"run_ref\":\"THAT\""},"payload":{}}}',
    r'{"family":"ARTIFACT","payload":{"x":[{"run_ref":"THAT"}],"manifest":{"run_ref":"THIS"}}}',
    r'{"type":"Run","tags":{"run_ref":"THAT"},"model":{"run_ref":"THIS"}}',
    r'{"type":"Project","model":{"project_ref":"project:a","name":"n","created_at":"2025-01-01T00:00:00Z","tags":{"run_ref":"THAT"}}}',
    r'{"type":"Pr\u006fject","model":{"project_ref":"project:a","name":"n","created_at":"2025-01-01T00:00:00Z","tags":{"run_ref":"THAT"}}}',
    r'{"type":"DeploymentExecution","model":{"deployment_execution_ref":"deployment:a.live","tags":{"run_ref":"THAT"}}}',
    r'{"family":"RECORD","payload":{"envelope":{"run_ref":"THIS","deployment_execution_ref":"deployment:a.live"},"payload":{}}}',
    r'{"family":"RECORD","payload":{"envelope":{"run_ref":"THIS"},"payload":{"subject_ref":"d\u0065ployment:a.live"}}}',
    r'{"run_ref":"THAT","x":{"run_ref":"THAT"}}',
    r"",
)


@st.composite
def _misleading(draw: st.DrawFn) -> bytes:
    """A line of one run that seems to be another's."""
    this, that = draw(st.permutations(_RUNS))[:2]
    return draw(st.sampled_from(_TRAPS)).replace("THIS", this).replace("THAT", that).encode() + b"\n"


_PLAIN = st.sampled_from([*map(_plain, _RUNS)])
_LINES = st.builds(
    lambda known, run, odd: [*known, *(line for one in odd for line in (run, *one))],
    st.lists(_PLAIN, max_size=3),
    _PLAIN,
    st.lists(st.lists(_misleading() | _misleading() | _written(), max_size=2), min_size=1, max_size=6),
)


# ---------------------------------------------------------------- what parsing every line gives


def _parsed_owners(number: int, line: bytes) -> Owners | None:
    """Whose a line is, by its parsed value; None where it is nobody's."""
    located = lines.parsed(PLANE, number, line)
    if not isinstance(located, Located):
        return None
    try:
        return owners(interpret(located.value))
    except ContextaError:
        return None


def _given(reading: Reading, data: bytes) -> dict[int, set[str]]:
    """Line number → whom a reading gives the line to."""
    starts = [0, *(found.end() for found in re.finditer(b"\n", data))]
    given: dict[int, set[str]] = {}
    for owner, extents in reading.extents.items():
        for at in range(0, len(extents), 3):
            start, end, first = extents[at : at + 3]
            assert starts.index(start) + 1 == first
            for number in range(first, starts.index(end) + 1):
                assert owner not in given.setdefault(number, set()), "twice"
                given[number].add(owner)
    return given


def _read(data: bytes, stretch: int = 700) -> Reading:
    """What a file holds that is looked at in stretches of so many bytes."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_STRETCH", stretch)
        path = Path(folder) / "file.jsonl"
        path.write_bytes(data)
        return read(Part(PLANE, path, 0, len(data)))


_STRETCHES = st.sampled_from((50, 300, 2_000, 128 * 1024))


@settings(build.unhurried, max_examples=300)
@given(_LINES, _STRETCHES)
def test_a_line_is_given_to_those_whom_its_parsed_value_names(written: list[bytes], stretch: int) -> None:
    data = b"".join(written)
    reading = _read(data, stretch)
    given, problems = _given(reading, data), {found.problem.line: found for found in reading.problems}
    assert (reading.line, reading.end, reading.tail) == (len(written) + 1, len(data), None)
    for number, line in enumerate(written, 1):
        named = _parsed_owners(number, line)
        got = {owner for owner in given.get(number, ()) if not owner.startswith("put ")}
        if named is not None and number not in problems:
            assert got == {str(ref) for ref in (named.run, *named.deployments) if ref}, line
        elif number not in problems:
            # It is nobody's, and its text names one run: that is told it, as it would be had it not been known.
            assert [owner.removeprefix("run:") for owner in got] == [scan.found_in(_unusable(number, line)).named], line
        else:
            assert got == set(), line


def _unusable(number: int, line: bytes) -> lines.Unusable:
    located = lines.parsed(PLANE, number, line)
    return lines.Unusable(located.problem("invalid_line", ""), located.raw) if isinstance(located, Located) else located


@settings(build.unhurried, max_examples=200)
@given(_LINES, st.integers(0, 15), _STRETCHES)
def test_how_reading_is_cut_changes_nothing(written: list[bytes], cut: int, stretch: int) -> None:
    """Read at once, or in two readings of which the second does not know what the first saw: the same lines, the same owners."""
    told = [_told(parts, stretch) for parts in ([written], [written[:cut], written[cut:]])]
    assert told[0] == told[1]


def _told(parts: list[list[bytes]], stretch: int) -> dict[int, set[str]]:
    """Line number → whom it is given to, or who is told what is wrong with it, when parts are read one after the other."""
    told: dict[int, set[str]] = {}
    before = 0
    for part in parts:
        data = b"".join(part)
        reading = _read(data, stretch)
        for number, whom in _given(reading, data).items():
            told.setdefault(number + before, set()).update(whom)
        for found in reading.problems:
            told.setdefault(found.problem.line + before, set()).add(f"run:{found.named}")
        before += len(part)
    return told


@pytest.mark.parametrize(
    "line",
    [
        rb'{"a":"\"run_ref\":\"run:a.a\""}',
        rb'{"run_ref":"run:a.a","x":{"run_ref":"run:a.b"}}',
        rb'{"run_ref":"run:a.a","run_ref":"run:a.a"}',
        rb'{"x":"run_ref"}',
        rb'{"run_ref":null}',
        rb'{"run_ref":"run:A.a"}',
        rb'{"run_ref":["run:a.a"]}',
        rb'{"my_run_ref":"run:a.a"}',
        rb"",
    ],
)
def test_bytes_that_leave_doubt_name_no_run(line: bytes) -> None:
    assert sole_run(line) is None


@pytest.mark.parametrize(
    "line", [rb'{"\u0072un_ref":"run:a.a"}', b'{"x":"deployment:a.b"}', b'{"type":"Project"}', rb'{"x":"\u0050roject"}']
)
def test_bytes_that_may_say_more_than_they_show_are_doubtful(line: bytes) -> None:
    assert is_doubtful(line)


def _told_at_once(data: bytes) -> tuple[str, int] | None:
    """The run of all lines of a stretch, and their number."""
    parts = parts_after_keys(data)
    run = common_run(parts) if parts else None
    return (run, len(parts)) if parts and run else None


def test_a_stretch_of_one_run_is_told_at_once() -> None:
    assert _told_at_once(_plain("run:a.a") * 3) == ("run:a.a", 3)


_FIRST, _OTHER = _plain("run:a.a"), _plain("run:a.b")


@pytest.mark.parametrize(
    "data",
    [
        _FIRST + _OTHER + _FIRST,
        _FIRST + b"\n" + _FIRST,
        b"{}\n" + _FIRST,
        _FIRST + b"{}\n",
        _FIRST + b'{"run_ref":"run:a.a","x":{"run_ref":"run:a.a"}}\n{}\n',
        b'{"x":{"run_ref":"run:a.a"},"run_ref":"run:a.a"}\n{}\n' + _FIRST,
        _FIRST + _plain("run:a.a").replace(b'": "run:', b'":"run:'),
        _FIRST + _plain("run:a.a-x"),
        _FIRST + _plain("run:a.a.x"),
        b"\n",
    ],
)
def test_a_stretch_with_anything_else_in_it_is_looked_at_line_by_line(data: bytes) -> None:
    assert _told_at_once(data) is None


_NEARLY_ALIKE = st.sampled_from(
    (
        *[_FIRST] * 8,
        _plain("run:a.a", "other"),
        _plain("run:a.a-x"),
        _FIRST.replace(b'": "run:', b'":"run:'),
        b'{"x":{"run_ref": "run:a.a"},"run_ref": "run:a.a"}\n',
        b'{"run_ref": null}\n',
        b"{}\n",
    )
)


@settings(build.unhurried, max_examples=300)
@given(st.lists(_NEARLY_ALIKE, min_size=1, max_size=6))
def test_what_is_told_of_a_stretch_is_told_of_each_of_its_lines(written: list[bytes]) -> None:
    told = _told_at_once(b"".join(written))
    if told is not None:
        assert told[1] == len(written)
        assert {sole_run(line) for line in written} == {told[0]}


# ---------------------------------------------------------------- lines without end


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are read up to 2,000 bytes and their end."""
    monkeypatch.setattr(lines, "MAX_LINE", 2_000)


def _line_of(size: int) -> bytes:
    """A line of so many bytes, its end among them, that names a run and is no frame."""
    head, tail = b'{"run_ref":"run:a.a","x":"', b'"}\n'
    return head + b"x" * (size - len(head) - len(tail)) + tail


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("size", [2_002, 2_003, 2_700, 5_000, 20_000])
@pytest.mark.parametrize("before", [0, 1, 7])
@pytest.mark.parametrize("after", [0, 1])
def test_a_line_beyond_the_longest_is_passed_over_wherever_it_stands(size: int, before: int, after: int) -> None:
    data = _FIRST * before + _line_of(size) + _OTHER * after
    reading = _read(data)
    assert [(found.problem.line, found.problem.key, found.named) for found in reading.problems] == [(before + 1, "long_line", "a.a")]
    assert (reading.line, reading.end, reading.tail) == (before + after + 2, len(data), None)
    assert sorted(_given(reading, data)) == [*range(1, before + 1), *range(before + 2, before + 2 + after)]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("before", [0, 1, 7])
def test_a_line_as_long_as_the_longest_is_read(before: int) -> None:
    data = _FIRST * before + _line_of(2_001)
    reading = _read(data)
    assert [found.problem.key for found in reading.problems] == ["wrong_frame"] * (before == 0)  # else it is the run's, which tells it
    assert reading.end == len(data)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    ("size", "key"), [(30, "torn_line"), (1_999, "torn_line"), (2_001, "torn_line"), (2_002, "long_line"), (9_000, "long_line")]
)
@pytest.mark.parametrize("before", [0, 1, 7])
def test_a_last_line_without_an_end_is_left_for_later(size: int, key: str, before: int) -> None:
    data = _FIRST * before + _line_of(size)[:-1]
    reading = _read(data)
    assert reading.tail is not None
    assert (reading.tail.problem.line, reading.tail.problem.key, reading.tail.named) == (before + 1, key, "a.a")
    assert (reading.problems, reading.line, reading.end) == ([], before + 1, len(_FIRST) * before)


def test_what_stands_beyond_the_end_of_a_part_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(_FIRST + _OTHER + _FIRST)
    reading = read(Part(PLANE, path, len(_FIRST), len(_FIRST + _OTHER), 5))
    assert {owner: list(extents) for owner, extents in reading.extents.items()} == {"run:a.b": [len(_FIRST), len(_FIRST + _OTHER), 5]}
    assert (reading.first, reading.line, reading.end) == (5, 6, len(_FIRST + _OTHER))
