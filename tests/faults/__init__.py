"""What goes wrong on machines: disks that are full or refuse, processes that are killed, clocks that are set back, crowds.

Afterwards doctor finds what was injected and nothing else, what was acknowledged is in the reports, and a site is as a clean build.
"""

import json
import os
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from contexta.cli import main

# How long a crowd works; from a minute on, every moment is tried where the short form tries some.
SECONDS = float(os.environ.get("CONTEXTA_FAULTS_SECONDS", "2"))
IN_FULL = SECONDS >= 60


def diagnosis(root: Path) -> dict[str, Any]:
    """What doctor says of a workspace, as JSON."""
    result = CliRunner().invoke(main, ["doctor", str(root), "--format", "json", "--verify", "--cache", str(root.parent / "doctor")])
    assert isinstance(result.exception, SystemExit | None), result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def keys(root: Path) -> set[str]:
    """The kinds of what doctor finds."""
    return {key for cause in diagnosis(root)["causes"] for key in cause["keys"]}
