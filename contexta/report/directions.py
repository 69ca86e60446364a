"""Whether more of a metric is better or worse, as far as its name tells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

Direction = Literal["up", "down"]

_UP = frozenset(
    {
        "acc",
        "accuracy",
        "auc",
        "auroc",
        "bleu",
        "correct",
        "dice",
        "f1",
        "iou",
        "jaccard",
        "map",
        "mrr",
        "ndcg",
        "precision",
        "r2",
        "recall",
        "rouge",
        "score",
        "throughput",
    }
)
_DOWN = frozenset(
    {
        "cer",
        "duration",
        "elapsed",
        "error",
        "errors",
        "latency",
        "loss",
        "mae",
        "mape",
        "ms",
        "mse",
        "nll",
        "perplexity",
        "ppl",
        "rmse",
        "seconds",
        "wer",
    }
)

# Tokens at the end of a name that say which number of many it is, not of what: `latency.p95`, `loss_mean`, `recall_at_5`.
_WHICH = re.compile(r"at|avg|best|final|last|max|mean|median|min|(?:p|top)?\d+")


@lru_cache(maxsize=1024)  # runs measure the same few
def direction(key: str) -> Direction | None:
    """`up` where more is better, `down` where less is, None where the last word of the key does not tell."""
    words = [word for word in re.split(r"[^a-z0-9]+", key.lower()) if word]
    while words and _WHICH.fullmatch(words[-1]):
        words.pop()
    if not words:
        return None
    return "up" if words[-1] in _UP else "down" if words[-1] in _DOWN else None


@dataclass(frozen=True, slots=True)
class Directions:
    """What someone says of metrics, by key and sorted; of all others their names tell."""

    said: tuple[tuple[str, Direction], ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "Directions":
        """Read `KEY=up` or `KEY=down`, the last of a key counts; raises ValueError that says what is wrong."""
        return cls(tuple(sorted(dict(map(_parsed, texts)).items())))

    def of(self, key: str) -> Direction | None:
        """Which way a metric gets better; None where nobody knows."""
        return dict(self.said).get(key) or direction(key)

    def better(self, key: str, amount: float) -> bool | None:
        """Whether it is good that a metric changed by so much; None where nobody knows, or it did not."""
        wanted = self.of(key)
        if wanted is None or not amount:
            return None
        return (amount > 0) == (wanted == "up")


# What names tell.
BY_NAME = Directions()


def _parsed(text: str) -> tuple[str, Direction]:
    key, _, word = text.rpartition("=")
    if not key or word not in {"up", "down"}:
        raise ValueError(f"expected KEY=up or KEY=down, got {text!r}")
    return key, cast(Direction, word)
