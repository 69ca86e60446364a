"""What all pages of a site share: style, script and logo, each in every page or in one file beside them."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Literal

from contexta.render.links import Links

Placement = Literal["inline", "external"]

_TYPES = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Asset:
    """Bytes that pages share. Its name tells them from any other, so that no page ever gets those of another build."""

    extension: str
    content: bytes
    name: str = field(init=False)
    """The name of its file: made once, since every page asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"contexta-{hashlib.sha256(self.content).hexdigest()[:16]}.{self.extension}")

    @property
    def ref(self) -> str:
        """What a page that links to it calls it."""
        return f"asset:{self.name}"

    @property
    def allowed(self) -> str:
        """What a policy calls it where it stands in the page."""
        return f"'sha256-{base64.b64encode(hashlib.sha256(self.content).digest()).decode()}'"

    def picture(self, links: Links) -> str:
        """What an image shows: the file beside the page, else the bytes themselves."""
        return links(self.ref) or f"data:{_TYPES[self.extension]};base64,{base64.b64encode(self.content).decode()}"


def policy(placement: Placement, style: Asset, script: Asset) -> str:
    """A Content-Security-Policy that allows these two and images of the page's own, and nothing else."""
    if placement == "inline":
        images, styles, scripts = "data:", style.allowed, script.allowed
    else:
        images = styles = scripts = "'self'"
    return f"default-src 'none'; img-src {images}; style-src {styles}; script-src {scripts}; base-uri 'none'; form-action 'none'"
