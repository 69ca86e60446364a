"""The page that compares two runs: what became better or worse from the left to the right one, and what else differs."""

from contexta.contract import RunSnapshot
from contexta.contract.fields import chronological
from contexta.report import cells
from contexta.report.comparison.background import diagnostics, environment, parameters
from contexta.report.comparison.numbers import curves, metrics
from contexta.report.comparison.pair import Pair
from contexta.report.comparison.structure import artifacts, stages
from contexta.report.comparison.summary import summary
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Document
from contexta.report.inline import INDEX
from contexta.report.refs import comparison_ref


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
