"""A moment as a person says it. The clock is asked here, and nowhere in a report."""

import re
from datetime import UTC, datetime, timedelta

_AGO = re.compile(r"(\d{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str) -> str:
    """`24h` before now, or `2026-10-01`, or `2026-10-01T08:00+02:00`, as ISO-8601 UTC to the second; without a zone, that is UTC.

    Raises ValueError that says what is expected.
    """
    try:
        found = _moment(text)
    except (ValueError, OverflowError):
        raise ValueError(f"expected 90m, 24h, 7d or a time like 2026-10-01T08:00Z, got {text!r}") from None
    return f"{found.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _moment(text: str) -> datetime:
    if ago := _AGO.fullmatch(text):
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    said = datetime.fromisoformat(text)
    return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
