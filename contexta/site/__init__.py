"""Many reports → a folder that opens from disk, a bucket or a sub-path."""

from contexta.site.build import FORMATS, Built, build_site, render_as
from contexta.site.files import write_atomically
from contexta.site.plan import Selection

__all__ = ["FORMATS", "Built", "Selection", "build_site", "render_as", "write_atomically"]
