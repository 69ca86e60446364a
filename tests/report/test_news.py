"""What happened, the newest first."""

from contexta.report import build_news
from tests.report.builders import run_summary


def test_only_the_newest_are_told_by_when_they_ended() -> None:
    runs = [run_summary(f"p.run-{number}") for number in range(9)]
    assert [one.title for one in build_news(runs, (), 3)] == ["run-8", "run-7", "run-6"]
