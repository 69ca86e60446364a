"""The folder on disk: its planes, its lines with their places, and which of them belong to which run."""

from contexta.workspace.planes import is_workspace
from contexta.workspace.store import DEFAULT_FOLDER, Workspace
from contexta.workspace.store import open_workspace as open

__all__ = ["DEFAULT_FOLDER", "Workspace", "is_workspace", "open"]
