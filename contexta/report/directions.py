"""Whether more of a metric is better or worse, as far as its name tells."""

import re
from functools import lru_cache
from typing import Literal

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
