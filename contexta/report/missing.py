"""The page that a server shows where there is none."""

from contexta.report.document import INDEX, Document, Note, Ref, Section

MISSING = "404"


def build_missing(*, linked: bool) -> Document:
    """What is said to whoever followed an old link; `linked` where the page can lead on, from wherever it is shown."""
    left = "A page goes when its run leaves the site: only the newest may be kept, or the workspace no longer names it."
    way = "The index lists what is here." if linked else "The index, index.html in the top folder of this site, lists what is here."
    return Document(
        title="Page not found",
        kind="error",
        subject=Ref(MISSING, "Page not found"),
        sections=(Section("What now", (Note(f"Nothing lies at this address. {left} {way}"),)),),
        up=(INDEX,) if linked else (),
    )
