"""The numbers of a run that a rule may ask for: the widest scope first, nothing left out, and nothing of single samples."""

from contexta.report.readings import Reading, Readings
from tests.report import builders
from tests.report.builders import RUN, batch, series, stage

TRAIN, EVALUATE = f"stage:{RUN}.train", f"stage:{RUN}.evaluate"
EPOCHS = [f"batch:{RUN}.train.e{index}" for index in range(3)]
SAMPLE = f"sample:{RUN}.train.s0"

SNAPSHOT = builders.snapshot(
    stages=(stage("train"), stage("evaluate")),
    batches=tuple(batch("train", f"e{index}") for index in range(3)),
    series=(
        series("loss", EPOCHS, [3, 2, 1], owner=TRAIN, unit="nats"),
        series("loss", TRAIN, [0.5]),
        series("accuracy", EVALUATE, [0.8], tags={"split": "val"}),
        series("accuracy", f"run:{RUN}", [0.9, 0.95]),
        series("correct", [SAMPLE], [1], owner=TRAIN),
        series("loss", [SAMPLE], [9], owner=TRAIN),
        series("latency.p95", "deployment:demo.live", [12]),
    ),
)


def test_the_run_comes_first_then_its_stages_from_the_last_each_before_its_batches() -> None:
    assert Readings.of(SNAPSHOT).found == (
        Reading("accuracy", (), None, on_batches=False, value=0.95, unit=None),
        Reading("accuracy", (("split", "val"),), "evaluate", on_batches=False, value=0.8, unit=None),
        Reading("loss", (), "train", on_batches=False, value=0.5, unit=None),
        Reading("loss", (), "train", on_batches=True, value=1, unit="nats"),
    )


def test_what_was_measured_on_less_than_a_batch_is_named_only_where_nothing_else_was() -> None:
    assert Readings.of(SNAPSHOT).finer == {"correct", "latency.p95"}


def test_no_number_is_left_out_however_many_there_are() -> None:
    many = tuple(series(f"m{index}", f"run:{RUN}", [index]) for index in range(1_000))
    assert len(Readings.of(builders.snapshot(series=many)).found) == 1_000


def test_the_run_is_called_by_its_name() -> None:
    assert (Readings.of(SNAPSHOT).run.ref, Readings.of(SNAPSHOT).run.text) == (f"run:{RUN}", "r1")
