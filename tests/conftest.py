"""What tests of several rooms share."""

import shutil
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
TINY = Path(__file__).resolve().parent / "workspaces"
REAL = CHECKOUT.parent / "shared" / "workspaces"

REAL_NAMES = (
    "batch-demo-ledger",
    "batch-jobs-ledger",
    "certificate-ledger",
    "iris-svm-capture",
    "vision-train-capture",
)


@pytest.fixture(params=REAL_NAMES)
def real_workspace(request: pytest.FixtureRequest) -> Path:
    """Each of the workspaces that Contexta 1.0 wrote."""
    return real(request.param)


@pytest.fixture
def vision() -> Path:
    """Four runs, three deployments, one of each broken off, a hostile message."""
    return real("vision-train-capture")


@pytest.fixture
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed page's complete workflow, as its own capture left it; a copy, since a build keeps its index there."""
    return Path(shutil.copytree(TINY / "valid" / "iris-svm-capture", tmp_path_factory.mktemp("workspace") / "iris-svm-capture"))


def real(name: str) -> Path:
    """A real workspace by name; skips where the folder of them is not beside the checkout."""
    if not REAL.is_dir():
        pytest.skip("the real workspaces are not beside this checkout")
    return REAL / name
