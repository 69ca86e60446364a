"""Findings are counted by cause, the gravest first, and only the first of each are kept."""

from contexta.report.health import Examination, Finding
from contexta.report.health.examination import KEPT, LETTERS


def _of(*findings: Finding) -> Examination:
    found = Examination()
    found.add(findings)
    return found


def test_the_gravest_come_first_then_the_order_of_the_table() -> None:
    found = _of(
        Finding("info", "crlf", "x", "a.jsonl", 1),
        Finding("warning", "malformed_line", "x", "a.jsonl", 2),
        Finding("warning", "torn_line", "x", "a.jsonl", 3),
        Finding("error", "unreadable_file", "x", "b.jsonl"),
    )
    assert [sorted(group.keys) for group in found.groups()] == [["unreadable_file"], ["torn_line"], ["malformed_line"], ["crlf"]]


def test_scopes_that_were_left_open_have_one_cause() -> None:
    found = _of(*(Finding("warning", key, key, ref=key) for key in ("unfinished_run", "unfinished_stage", "incomplete_batch")))
    (group,) = found.groups()
    assert (group.counts["warning"], group.keys) == (3, {"unfinished_run", "unfinished_stage", "incomplete_batch"})


def test_many_are_counted_and_the_first_kept() -> None:
    found = _of(*(Finding("warning", "malformed_line", "x", "a.jsonl", number) for number in range(1, 5_001)))
    (group,) = found.groups()
    assert group.to_dict()["count"] == 5_000
    assert [place["line"] for place in group.to_dict()["places"]] == list(range(1, KEPT + 1))


def test_what_two_pages_tell_counts_once() -> None:
    twice = Finding("warning", "invalid_line", "x", "a.jsonl", 1)
    assert _of(twice, twice).count("warning") == 1


def test_notes_alone_are_clean() -> None:
    assert _of().is_clean
    assert _of(Finding("info", "crlf", "x")).is_clean
    assert not _of(Finding("warning", "torn_line", "x")).is_clean


def test_a_place_is_file_and_line_else_the_file_else_the_reference() -> None:
    places = [
        Finding("info", "crlf", "x", "a.jsonl", 7),
        Finding("info", "crlf", "x", "a.jsonl"),
        Finding("info", "crlf", "x", ref="run:p.r"),
    ]
    assert [one.place for one in places] == ["a.jsonl:7", "a.jsonl", "run:p.r"]


def test_words_without_end_are_cut() -> None:
    (group,) = _of(Finding("error", "lost_records", "x" * 100_000)).groups()
    assert group.first[0].what == "x" * LETTERS + "…"
