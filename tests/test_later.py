"""What packages load only when it is asked for."""

from importlib import import_module

import pytest

PACKAGES = ["contexta.report", "contexta.render", "contexta.workspace"]


@pytest.mark.parametrize("package", PACKAGES)
def test_all_that_a_package_gives_is_there(package: str) -> None:
    module = import_module(package)
    assert all(getattr(module, name) is not None for name in module.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_it_does_not_give_is_missing_as_anywhere(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        _ = import_module(package).nothing
