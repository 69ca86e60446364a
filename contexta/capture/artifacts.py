"""Files → artifact manifests."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contexta.capture.clock import now
from contexta.contract import ArtifactManifest
from contexta.errors import ContextaError


def describe(path: Path, root: Path, manifest: Mapping[str, Any], *, allow_missing: bool) -> tuple[ArtifactManifest, dict[str, Any]]:
    """The manifest of a file, completed with its place, size and SHA-256, and the payload that a capture frame holds.

    Raises ContextaError when the file cannot be read, unless it is missing and `allow_missing`.
    """
    absolute = Path(os.path.abspath(path))
    exists = absolute.is_file()
    if not exists and not allow_missing:
        raise ContextaError(f"{path} is no file that could be registered; pass allow_missing=True if it comes later")
    location = absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(absolute)
    found = _measured(absolute) if exists else {}
    model = ArtifactManifest.from_dict({**manifest, **found, "created_at": now(), "location_ref": f"path:{location}"})
    source = {"exists": exists, "kind": "PATH", "uri": location}
    request = {
        "artifact_kind": model.artifact_kind,
        "artifact_ref": str(model.artifact_ref),
        "attributes": dict(model.attributes),
        "source": source,
    }
    payload = {"binding_status": "BOUND" if exists else "PENDING", "manifest": model.to_dict(), "request": request, "source": source}
    return model, payload


def _measured(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            return {"hash_value": digest, "size_bytes": stream.tell()}
    except OSError as error:
        raise ContextaError(f"{path} cannot be read: {error.strerror}") from error
