"""Whether more of a metric is better, as far as its name tells."""

import pytest

from contexta.report.directions import Direction, direction


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("accuracy", "up"),
        ("val_accuracy", "up"),
        ("eval.f1", "up"),
        ("f1-score", "up"),
        ("r2", "up"),
        ("recall_at_5", "up"),
        ("accuracy.top5", "up"),
        ("loss", "down"),
        ("train.val_loss", "down"),
        ("latency.p95", "down"),
        ("latency.max", "down"),
        ("step_seconds", "down"),
        ("loss.3", "down"),
        ("rows", None),
        ("lossless", None),
        ("loss.weight", None),
        ("p95", None),
        ("", None),
        ("…", None),
    ],
)
def test_the_last_word_of_a_key_tells(key: str, expected: Direction | None) -> None:
    assert direction(key) == expected
