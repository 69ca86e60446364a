"""What happened, the newest first."""

from contexta.report import news
from tests.report.builders import run_summary


def test_only_the_newest_are_told_by_when_they_ended() -> None:
    runs = [run_summary(f"p.run-{number}") for number in range(9)]
    assert [one.title for one in news(runs, (), 3)] == ["run-8", "run-7", "run-6"]
