"""Contexta: write down what a training run did, and turn it into reports that people can open."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contexta.capture import Contexta

__version__ = "0.1.0"

__all__ = ["Contexta", "__version__"]


def __getattr__(name: str) -> Any:
    """Load the SDK when it is asked for: the report generator does without."""
    if name == "Contexta":
        from contexta.capture import Contexta

        return Contexta
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
