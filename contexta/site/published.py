"""Where the pages of a workspace's site are, once it is served."""

from contexta.render import Links, no_links
from contexta.site.addresses import Addresses
from contexta.site.plan import Selection, make_plan
from contexta.workspace import Workspace


def links_of(workspace: Workspace, base: str) -> Links:
    """The whole address of every page of the site that is served at `base`; no links where that is empty."""
    return Addresses(make_plan(workspace, Selection()).pages()).links_at(base, "html") if base else no_links
