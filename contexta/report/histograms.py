"""Values → how many lie where, between round edges."""

import math
from collections import Counter
from collections.abc import Sequence

from contexta.contract import all_finite
from contexta.report.document import Histogram

# Of fewer values each is seen sooner in a table.
LEAST = 8

_MOST_BINS = 10


def histogram(title: str, unit: str | None, values: Sequence[float]) -> Histogram | None:
    """Counts of the finite values between edges at multiples of 1, 2, 2.5 or 5 times a power of ten; none of too few, or all alike."""
    if len(values) < LEAST:
        return None
    finite = values if all_finite(values) else [value for value in values if math.isfinite(value)]
    low, high = min(finite, default=0), max(finite, default=0)
    step = _step((high - low) / min(_MOST_BINS, max(1, len(set(finite)))))
    if len(finite) < LEAST or step is None:
        return None
    first = math.floor(low / step)
    bins = max(1, math.ceil(high / step) - first)
    counts = Counter([min(bins - 1, math.floor(value / step) - first) for value in finite])
    digits = max(0, 2 - math.floor(math.log10(step)))
    edges = tuple([round((first + place) * step, digits) for place in range(bins + 1)])
    return Histogram(title, unit, edges, tuple([counts[place] for place in range(bins)]))


def _step(rough: float) -> float | None:
    """The round number next to one; none where arithmetic would lose its digits."""
    if not 1e-290 < rough < 1e290:
        return None
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 2.5, 5) if factor * power >= rough), 10 * power)
