"""How a page finds the pages of what it names."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contexta.report.document import Sheet

# The address of a reference's page, of a sheet of this page or of an asset, relative to the page that is rendered; None: no address.
Links = Callable[[str], str | None]


def no_links(_ref: str) -> None:
    """For a page that stands alone."""


def unwritten(sheet: "Sheet") -> str:
    """What a page says of a sheet that does not lie beside it."""
    command = "contexta-report build --format html,csv" if sheet.on_demand else "contexta-report build"
    return f"`{command}` writes {sheet.holds} to a CSV beside the page."
