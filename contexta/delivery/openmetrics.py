"""The numbers of a run in the OpenMetrics text format (1.0), for the metrics report of a merge request on GitLab.

GitLab compares names and values as strings: a number is always written in the same way, and nothing stands here that tells one run from
another.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from contexta.delivery.names import told_apart
from contexta.render import words
from contexta.report.readings import Reading

_IN_NAME = re.compile(r"[^A-Za-z0-9_]")
_NOT_FINITE = {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}
_IN_LABEL = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})

Labels = tuple[tuple[str, str], ...]


def to_openmetrics(readings: Iterable[Reading]) -> str:
    """A gauge for every key, in the order of names, a sample for every reading.

    Where two have the same name and labels once these are written as the format wants it, the second is numbered by a label `n`.
    """
    samples = sorted(((_name(one.key), one.key, _labels(one), _value(one.value)) for one in readings), key=itemgetter(0, 1))
    lines = (line for name, family in groupby(samples, itemgetter(0)) for line in _family(name, family))
    return "".join(f"{line}\n" for line in (*lines, "# EOF"))


def _family(name: str, samples: Iterable[tuple[str, str, Labels, str]]) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    seen: Counter[Labels] = Counter()
    for _, _, labels, value in samples:
        seen[labels] += 1
        number: Labels = () if seen[labels] == 1 else (("n", str(seen[labels])),)
        written = ",".join(f'{label}="{text.translate(_IN_LABEL)}"' for label, text in (*labels, *number))
        yield f"{name}{{{written}}} {value}" if written else f"{name} {value}"


def _name(key: str) -> str:
    """The key as the name of a metric, which has no dot or hyphen and begins with no digit."""
    name = _IN_NAME.sub("_", key)
    return f"_{name}" if name[0].isdigit() else name


def _labels(reading: Reading) -> Labels:
    """Stage, what of it, unit and tags; two tags that are the same name as labels are numbered."""
    about = (("stage", reading.stage), ("on", "batches" if reading.on_batches else None), ("unit", reading.unit))
    tags = told_apart((f"tag_{_IN_NAME.sub('_', tag)}" for tag, _ in reading.tags), "{}_{}")
    found = [*about, *zip(tags, (value for _, value in reading.tags), strict=True)]
    return tuple((name, words.one_line(text)) for name, text in found if text)


def _value(value: float) -> str:
    try:
        written = repr(float(value))
    except OverflowError:  # a whole number beyond all floats
        written = "inf" if value > 0 else "-inf"
    return _NOT_FINITE.get(written, written)
