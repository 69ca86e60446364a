"""The references of pages that no line of a workspace names."""

import hashlib

from contexta.report.inline import Ref

# The page that a server shows where there is none.
MISSING = "404"

# A reference is the name of a file, which may have a suffix.
_MAX_VALUE = 200

_KIND = "comparison"


def is_comparison(ref: str) -> bool:
    """Whether a reference is that of a page which compares two runs."""
    return ref.startswith(f"{_KIND}:")


def comparison_ref(left: str, right: str) -> Ref:
    """The page that compares two runs, given by their references. No part of one holds two hyphens, so that no two pairs share a page."""
    values = [ref.partition(":")[2] for ref in (left, right)]
    value = "--".join(values)
    if len(value) > _MAX_VALUE:
        value = f"{value[: _MAX_VALUE - 18]}--{hashlib.blake2b(value.encode(), digest_size=8).hexdigest()}"
    return Ref(f"{_KIND}:{value}", " and ".join(one.rpartition(".")[2] for one in values))
