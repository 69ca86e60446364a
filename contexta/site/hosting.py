"""Where a site is served and who may list it, as far as its pages say so."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# So long that a sitemap of 50,000 addresses stays below the 50 MB that sitemaps.org allows.
MAX_BASE = 500

# What stands in an address unescaped (RFC 3986, section 2), but for & and ', which XML would escape; a host and its port.
_ADDRESS = re.compile(r"[A-Za-z0-9._~!$()*+,;=:@%/\[\]-]+\Z")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z")


@dataclass(frozen=True, slots=True)
class Hosting:
    """The address that a site is served at, with a slash at its end, empty where nobody says; and whether search engines may list it."""

    base_url: str = ""
    indexed: bool = False

    def url(self, address: str) -> str:
        """The address of a file of the site."""
        return f"{self.base_url}{address}"


NOWHERE = Hosting()


def base_url(text: str) -> str:
    """The address of a site as a person writes it, with one slash at its end; raises ValueError that says why it is none."""
    if "?" in text or "#" in text:
        raise ValueError("must have no query (?) and no fragment (#)")
    if len(text) > MAX_BASE:
        raise ValueError(f"must have at most {MAX_BASE} characters")
    parts = _split(text)
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError("must name no user and no password: it stands on every page")
    if not _ADDRESS.match(text):
        raise ValueError("must have letters of ASCII, digits and -._~!$()*+,;=:@%/ alone: others as xn--… in the host, as %XX behind it")
    if not _HOST.match(parts.netloc):
        raise ValueError("must name a host")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}/"


def _split(text: str) -> "SplitResult":
    from urllib.parse import urlsplit  # few builds have an address

    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number of a port
    except ValueError as error:
        raise ValueError(f"is no address: {error}") from None
    return parts
