"""The page that a server shows where there is none."""

from contexta.report.document import Document, Fact, Facts, Note, Section
from contexta.report.inline import INDEX, Ref
from contexta.report.refs import MISSING

_WHY = "Nothing lies at this address. A page goes when its run leaves the site: only the newest may be kept, or no line names it any more."


def build_missing(*, linked: bool) -> Document:
    """What is said to whoever followed an old link; `linked` where the page can lead on from wherever it is shown."""
    way = Facts((Fact("Start from", INDEX),)) if linked else Note("Start from index.html, in the top folder of this site.")
    return Document(
        title="Page not found",
        kind="error",
        subject=Ref(MISSING, "Page not found"),
        sections=(Section("What now", (Note(_WHY), way)),),
        up=(INDEX,) if linked else (),
    )
