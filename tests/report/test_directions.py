"""Whether more of a metric is better, as far as its name tells."""

import pytest

from contexta.report.directions import BY_NAME, Direction, Directions, direction


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


def test_what_someone_says_counts_more_than_a_name() -> None:
    directions = Directions.parse(["loss=up", "rows=down", "a=b=up", "rows=up"])
    assert [directions.of(key) for key in ("loss", "rows", "a=b", "accuracy", "steps")] == ["up", "up", "up", "up", None]


@pytest.mark.parametrize("text", ["", "loss", "loss=", "=up", "loss=UP", "loss=better"])
def test_what_says_no_direction_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected KEY=up or KEY=down, got") as refused:
        Directions.parse([text])
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(
    ("key", "amount", "expected"),
    [("accuracy", 0.1, True), ("accuracy", -0.1, False), ("loss", -1, True), ("loss", 1, False), ("rows", 1, None), ("loss", 0, None)],
)
def test_a_change_is_better_in_the_direction_of_its_metric(key: str, amount: float, *, expected: bool | None) -> None:
    assert BY_NAME.better(key, amount) is expected


def test_directions_said_in_another_order_are_the_same() -> None:
    assert Directions.parse(["a=up", "b=down"]) == Directions.parse(["b=down", "a=up"])
