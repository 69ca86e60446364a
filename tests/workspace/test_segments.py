"""What the names of files say, and the order in which they are read."""

import random

import pytest

from contexta.workspace.segments import segment_of

IN_ORDER = [
    "context.jsonl.1.zst",
    "context.jsonl",
    "record-2.jsonl",
    "record.jsonl-20241231.gz",
    "record.jsonl-20250131",
    "record.jsonl.12.gz",
    "record.jsonl.2.gz",
    "record.jsonl.1.gz",
    "record.jsonl.1",
    "record.jsonl.gz",
    "record.jsonl.zst",
    "record.jsonl",
    "segment-000001.jsonl.gz",
    "segment-000002.jsonl",
    "segment-000010.jsonl.zst",
    "timed.jsonl.2025-01-31.gz",
    "timed.jsonl.2025-01-31_13-05-00",
    "timed.jsonl",
]


def test_rotated_segments_are_read_from_the_oldest_to_the_one_that_is_written() -> None:
    names = IN_ORDER.copy()
    random.Random(7).shuffle(names)
    ranked = sorted((segment.rank, name) for name in names if (segment := segment_of(name)))
    assert [name for _, name in ranked] == IN_ORDER


@pytest.mark.parametrize(
    "name", ["record.json", ".jsonl", "record.jsonl.bak", "record.jsonl~", "record.jsonl.xz", "record.jsonl.gz.1", "record.jsonl.1.gz.tmp"]
)
def test_other_names_are_of_no_plane(name: str) -> None:
    assert segment_of(name) is None
