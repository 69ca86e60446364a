"""What a worker gets is enough, small, and gives the same wherever and after whatever it is read."""

import pickle
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from contexta import workspace
from contexta.workspace import DeploymentSource, RunSource
from contexta.workspace.habits import Habits
from tests import strategies as build


@settings(build.unhurried, max_examples=40)
@given(build.histories(), st.randoms(use_true_random=False))
def test_what_was_learned_from_others_changes_nothing(steps: build.History, chance: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = build.write_lines(Path(folder))
        for step in steps:
            build.take_step(root, step)
        opened = workspace.open(root)
        runs, deployments = map(opened.run_source, opened.run_refs()), map(opened.deployment_source, opened.deployment_refs())
        sources: list[RunSource | DeploymentSource] = [*runs, *deployments]
        alone = {source.ref: source.snapshot() for source in sources}
        habits = Habits()
        chance.shuffle(sources)
        assert {source.ref: source.snapshot(habits) for source in sources * 2} == alone
        assert {source.ref: pickle.loads(pickle.dumps(source)).snapshot() for source in sources} == alone


def test_metrics_of_many_manners_are_the_same_after_whatever_was_read(tmp_path: Path) -> None:
    chance = random.Random(7)
    lines = []
    for number in range(600):
        run = f"run:p.{chance.choice('abcde')}"
        more = chance.choice(
            ({}, {}, {"unit": "nats"}, {"tags": {"step": str(number)}}, {"aggregation_scope": "step"}, {"subject_ref": run})
        )
        scopes = chance.choice(({}, {"stage_execution_ref": f"stage:{run[4:]}.train"}, {"deployment_execution_ref": "deployment:p.live"}))
        value = chance.choice((0.5, 1, -0.0, 1e300, float("nan"), "bad", True, None, 10**400))
        name = f"m-{chance.choice((number, number // 3))}"
        record = build.metric(name, value, chance.choice(("loss", "accuracy")), more, run=run, seconds=number % 50, **scopes)
        lines.append(build.record_frame(record))
    opened = workspace.open(build.write_lines(tmp_path, captured=lines))
    sources = [opened.run_source(ref) for ref in opened.run_refs()]
    alone = {source.ref: repr(source.snapshot()) for source in sources}  # NaN is not itself
    for _ in range(4):
        chance.shuffle(sources)
        habits = Habits()
        assert {source.ref: repr(source.snapshot(habits)) for source in sources} == alone


def test_a_source_is_small_however_much_it_stands_for(tmp_path: Path) -> None:
    lines = [build.record_frame(build.event(f"e-{number}")) for number in range(2_000)]
    opened = workspace.open(build.write_lines(tmp_path, captured=lines))
    (ref,) = opened.run_refs()
    source = opened.run_source(ref)
    assert source.lines.size == (tmp_path / build.CAPTURED).stat().st_size
    assert len(pickle.dumps(source)) < 2_000


def test_a_file_that_is_gone_before_it_is_read_is_told(tmp_path: Path) -> None:
    opened = workspace.open(build.write_lines(tmp_path, captured=[build.record_frame(build.event("e"))]))
    (ref,) = opened.run_refs()
    source = opened.run_source(ref)
    (tmp_path / build.CAPTURED).unlink()
    assert [problem.key for problem in source.snapshot().problems] == ["unreadable_file"]
