"""How a scope ends, by what leaves it."""

import sys


def outcome(error: BaseException | None) -> str:
    """`completed` without an exception, `cancelled` when someone stopped the work, else `failed`."""
    if error is None:
        return "completed"
    asyncio = sys.modules.get("asyncio")  # not loaded means that nothing of it was raised
    stopped = (KeyboardInterrupt, GeneratorExit, *([asyncio.CancelledError] if asyncio else []))
    return "cancelled" if isinstance(error, stopped) else "failed"
