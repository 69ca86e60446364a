"""What tests of sites share: small workspaces made of a few lines, and what a folder holds."""

import json
from pathlib import Path
from typing import Any

from contexta.site import Built, Press, Selection, build_site
from contexta.workspace import open as open_workspace

# What lies beside the pages of every site that has HTML.
BESIDE = {".nojekyll", "404.html", "manifest.json"}

BEGIN, END = "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"


def put_run(project: str, name: str, **fields: Any) -> dict[str, Any]:
    """The put of one completed run."""
    model = {
        "run_ref": f"run:{project}.{name}",
        "project_ref": f"project:{project}",
        "name": name,
        "status": "completed",
        "started_at": BEGIN,
        "ended_at": END,
    }
    return {"type": "Run", "put_at": BEGIN, "model": {**model, **fields}}


def put_deployment(project: str, name: str, run: str | None = None) -> dict[str, Any]:
    """The put of one completed deployment, of a run of its project where one is named."""
    model = {
        "deployment_execution_ref": f"deployment:{project}.{name}",
        "project_ref": f"project:{project}",
        "deployment_name": name,
        "status": "completed",
        "started_at": BEGIN,
        "ended_at": END,
        "run_ref": run and f"run:{project}.{run}",
    }
    return {"type": "DeploymentExecution", "put_at": BEGIN, "model": model}


def put_project(name: str) -> dict[str, Any]:
    """The put of a project."""
    return {"type": "Project", "put_at": BEGIN, "model": {"project_ref": f"project:{name}", "name": name, "created_at": BEGIN}}


def workspace_of(root: Path, *puts: dict[str, Any]) -> Path:
    """Write a workspace that holds these puts and nothing else."""
    ledger = root / "metadata" / "ledger.jsonl"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    ledger.write_text("".join(json.dumps(put) + "\n" for put in puts), "utf-8")
    return root


def build(workspace: Path, out: Path, formats: tuple[str, ...] = ("html",), **selection: tuple[str, ...]) -> Built:
    """Build a site without a command line."""
    return build_site(open_workspace(workspace), Press(out, formats), selection=Selection(**selection))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder: its path and its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
