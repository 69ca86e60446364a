"""Snapshots: files that hold what the specimen looks like in each format. `pytest tests/render --refresh` writes them anew."""

from pathlib import Path

import pytest

from tests.render.pages import Compare

SNAPSHOTS = Path(__file__).resolve().parent / "snapshots"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh", action="store_true", default=False, help="Write the snapshots in tests/render/snapshots anew.")


@pytest.fixture
def compare(request: pytest.FixtureRequest) -> Compare:
    """Compares bytes with those of a snapshot, or writes the snapshot when that is asked for."""
    refresh: bool = request.config.getoption("--refresh", default=False)

    def check(name: str, content: bytes) -> None:
        path = SNAPSHOTS / name
        if refresh:
            path.write_bytes(content)
        assert content.decode() == path.read_bytes().decode(), f"{name} differs; if that is meant: python -m pytest tests/render --refresh"

    return check
