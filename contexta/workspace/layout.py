"""Where a workspace keeps what."""

from pathlib import Path

LEDGER = "metadata/ledger.jsonl"
LEDGER_DB = "metadata/ledger.db"
CAPTURE = "cache/capture"
SEGMENTS = "records/segments"
# One empty file for each run that a program opened here, and each project: so that a name is taken once, without reading the ledger.
CLAIMS = "metadata/claims"

# Where JSONL planes lie under the root, in the order in which they are read: (folder, what the names begin with).
PLANES = (("metadata", "ledger.jsonl"), (CAPTURE, ""), (SEGMENTS, ""))

# Says that a folder is a workspace even before the first line was written.
MARKERS = ("records/manifest.json",)


def claim_of(root: Path, ref: str) -> Path:
    """The claim file of a reference."""
    return root / CLAIMS / ref.replace(":", "-", 1)
