"""What the name of a plane's file says: whose segment it is, how old, and how it is packed.

Known are the names that log rotation gives, compressed or not:

    record.jsonl  record.jsonl.gz  record.jsonl.zst          the segment that is written, or was
    record.jsonl.1  record.jsonl.2.gz                        logrotate, RotatingFileHandler: the higher, the older
    record.jsonl-20250131.gz  record.jsonl.2025-01-31.gz     logrotate's dateext, TimedRotatingFileHandler
    segment-000001.jsonl.gz                                  a segment of its own
"""

import re
from typing import NamedTuple

_NAME = re.compile(r"(.+\.jsonl)(?:([.-])([0-9][0-9T:_.-]*))?(?:\.(gz|zst))?")

# A longer number after a dot is a date or a moment.
_COUNT = re.compile(r"[0-9]{1,5}")


Age = tuple[int, str] | tuple[int, int] | tuple[int]


class Segment(NamedTuple):
    """The parts of a name. `age` is (0, date) where the name has one, (1, minus the number) where it has that, else (2,)."""

    file: str
    age: Age
    packing: str

    @property
    def rank(self) -> tuple[str, Age, bool, str]:
        """Puts segments in reading order: those of a file together, the oldest first; packed before unpacked, which may have begun anew."""
        return (self.file, self.age, not self.packing, self.packing)


def segment_of(name: str) -> Segment | None:
    """What the name of a file says; None where it is not the name of a plane."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    file, mark, when, packing = found.groups()
    return Segment(file, _age(mark, when), packing or "")


def _age(mark: str | None, when: str | None) -> Age:
    if when is None:
        return (2,)
    return (1, -int(when)) if mark == "." and _COUNT.fullmatch(when) else (0, when)
