"""Leaving a scope: how it ended, and what is current after it."""

import sys
from contextlib import suppress
from contextvars import ContextVar, Token
from typing import TypeVar

T = TypeVar("T")


def leave(variable: ContextVar[T | None], token: Token[T | None]) -> None:
    """Set a variable back; a scope may be left in another context than it was entered in, where there is nothing to set back."""
    with suppress(ValueError):
        variable.reset(token)


def outcome(error: BaseException | None) -> str:
    """`completed` without an exception, `cancelled` when someone stopped the work, else `failed`."""
    if error is None:
        return "completed"
    asyncio = sys.modules.get("asyncio")  # not loaded means that nothing of it was raised
    stopped = (KeyboardInterrupt, GeneratorExit, *([asyncio.CancelledError] if asyncio else []))
    return "cancelled" if isinstance(error, stopped) else "failed"


def reason(error: BaseException) -> str:
    """The exception's text; its class where the text cannot be had."""
    try:
        text = str(error).encode("utf-8", "replace").decode()
    except Exception:  # __str__ is anyone's code
        text = ""
    return text or type(error).__name__


def in_words(error: BaseException) -> str:
    """The exception as its traceback would say it."""
    name, text = type(error).__name__, reason(error)
    return name if text == name else f"{name}: {text}"
