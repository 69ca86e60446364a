"""The page that compares two runs: what became better or worse from the left to the right one, and what else differs."""

import hashlib

from contexta.contract import RunSnapshot
from contexta.contract.fields import chronological
from contexta.report import cells
from contexta.report.comparison.background import diagnostics, environment, parameters
from contexta.report.comparison.numbers import curves, metrics
from contexta.report.comparison.pair import Pair
from contexta.report.comparison.structure import artifacts, stages
from contexta.report.comparison.summary import summary
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import INDEX, Document, Ref

# A reference is the name of a file, which may have a suffix.
_MAX_VALUE = 200

_KIND = "comparison"


def is_comparison(ref: str) -> bool:
    """Whether a reference is that of a page which compares two runs."""
    return ref.startswith(f"{_KIND}:")


def comparison_ref(left: str, right: str) -> Ref:
    """The page that compares two runs, given by their references. No part of one holds two hyphens, so that no two pairs share a page."""
    values = [ref.partition(":")[2] for ref in (left, right)]
    value = "--".join(values)
    if len(value) > _MAX_VALUE:
        value = f"{value[: _MAX_VALUE - 18]}--{hashlib.blake2b(value.encode(), digest_size=8).hexdigest()}"
    return Ref(f"{_KIND}:{value}", " and ".join(one.rpartition(".")[2] for one in values))


def build_comparison(left: RunSnapshot, right: RunSnapshot, directions: Directions = BY_NAME) -> Document:
    """Both runs side by side; changes are from the left one to the right one. What is the same is counted, not listed."""
    pair = Pair.of(left, right)
    sections = (
        summary(pair, directions),
        metrics(pair, directions),
        curves(pair),
        parameters(pair),
        stages(pair),
        artifacts(pair),
        environment(pair),
        diagnostics(pair),
    )
    projects = dict.fromkeys(cells.ref(one.project) for one in (right, left))
    return Document(
        title=f"{pair.names[1]} compared with {pair.names[0]}",
        kind="comparison",
        subject=comparison_ref(left.run.ref.text, right.run.ref.text),
        sections=tuple(section for section in sections if section is not None),
        up=(INDEX, *projects),
        as_of=max((one.as_of for one in (left, right) if one.as_of), key=chronological, default=None),
    )
