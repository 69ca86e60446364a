"""stub"""

from contexta.contract import RunSnapshot
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import INDEX, Document, Note, Ref, Section


def comparison_ref(left: str, right: str) -> Ref:
    """The page that compares two runs."""
    one, other = (ref.partition(":")[2] for ref in (left, right))
    return Ref(f"comparison:{one}--{other}", f"{one} and {other}")


def build_comparison(left: RunSnapshot, right: RunSnapshot, directions: Directions = BY_NAME) -> Document:
    """Both."""
    del directions
    ref = comparison_ref(left.run.ref.text, right.run.ref.text)
    return Document(ref.text, "comparison", ref, (Section("Comparison", (Note(f"{left.run.name} {right.run.name}"),)),), up=(INDEX,))
