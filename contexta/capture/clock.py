"""The time as the contract writes it."""

import time
from datetime import UTC, datetime
from functools import lru_cache


def now() -> str:
    """This moment, ISO-8601 UTC to the microsecond."""
    seconds, microseconds = divmod(time.time_ns() // 1000, 1_000_000)
    return f"{_second(seconds)}.{microseconds:06}Z"


@lru_cache(maxsize=8)  # many records fall into one second, and formatting it costs more than all else here
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
