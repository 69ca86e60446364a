"""The folder on disk: its planes, its lines with their places, and which of them belong to which run."""

from typing import TYPE_CHECKING

from contexta.later import later
from contexta.workspace.artifacts import compare as compare_artifact
from contexta.workspace.artifacts import lies_there
from contexta.workspace.listing import is_workspace
from contexta.workspace.locking import alone_in
from contexta.workspace.opening import DEFAULT_FOLDER, indexed
from contexta.workspace.opening import open_workspace as open
from contexta.workspace.sources import DeploymentSource, RunSource
from contexta.workspace.store import Workspace

if TYPE_CHECKING:
    from contexta.workspace.clocks import out_of_order
    from contexta.workspace.habits import Habits

__all__ = [
    "DEFAULT_FOLDER",
    "DeploymentSource",
    "Habits",
    "RunSource",
    "Workspace",
    "alone_in",
    "compare_artifact",
    "indexed",
    "is_workspace",
    "lies_there",
    "open",
    "out_of_order",
]

__getattr__ = later(__name__, {"Habits": "habits", "out_of_order": "clocks"})
