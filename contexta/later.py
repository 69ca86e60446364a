"""Packages that load their parts only when these are asked for (PEP 562): no command needs all, and loading takes longer than looking."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def later(package: str, places: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package that gives names which are defined in its modules: name → its module, or `module:what it is there`."""

    def found(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, inner = places[name].partition(":")
        return getattr(import_module(f"{package}.{module}"), inner or name)

    return found
