"""Artifacts and their files: whether one lies in the workspace, and whether it is still the one that was registered."""

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from contexta.contract import ArtifactManifest, Severity

_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0)  # a pipe with nobody at its other end must not hold the reader up


class Verdict(NamedTuple):
    """What is wrong with an artifact's file."""

    key: str
    what: str
    severity: Severity


def lies_there(root: Path, location: str) -> bool | None:
    """Whether a store-relative file is in the workspace; None for a URI or an absolute path, which mean nothing on another machine."""
    path = _in_store(location)
    if path is None:
        return None
    try:
        return (root / path).exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _in_store(location: str) -> PurePosixPath | None:
    """The path of a store-relative file, from the root on."""
    text = location.removeprefix("path:")
    path = PurePosixPath(text)
    return None if not path.parts or ":" in text or "\\" in text or path.is_absolute() or ".." in path.parts else path


def compare(root: Path, manifest: ArtifactManifest) -> Verdict | None:
    """Read the file of an artifact, and tell where its size or SHA-256 is not the one that was registered.

    A file that is not there is told elsewhere. One that lies, or leads, out of the workspace is not read.
    """
    path = _in_store(manifest.location_ref)
    if path is None:
        return _unknown(manifest, "does not lie in the workspace")
    if manifest.hash_value is None and manifest.size_bytes is None:
        return _unknown(manifest, "was registered without size and SHA-256")
    try:
        real = (root / path).resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            return _unknown(manifest, "leads out of the workspace")
        changes = _changes(real, manifest)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RuntimeError) as error:  # a name that no file can have, a link to itself
        return _unknown(manifest, f"cannot be read: {getattr(error, 'strerror', None) or error}", "warning")
    if changes is None:
        return _unknown(manifest, "is no regular file")
    return Verdict("changed_artifact", f"{manifest.location_ref} {changes}", "error") if changes else None


def _unknown(manifest: ArtifactManifest, why: str, severity: Severity = "info") -> Verdict:
    return Verdict("unverified_artifact", f"{manifest.location_ref} {why}", severity)


def _changes(path: Path, manifest: ArtifactManifest) -> str | None:
    """How a file differs from the one that was registered, empty where it does not; None where it is no regular file."""
    if not path.is_file():
        return None
    with os.fdopen(os.open(path, os.O_RDONLY | _NON_BLOCKING), "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if manifest.size_bytes not in (None, size):
            return f"has {size:,} bytes, not the {manifest.size_bytes:,} that were registered"
        found = None if manifest.hash_value is None else hashlib.file_digest(stream, "sha256").hexdigest()
    return "" if found == manifest.hash_value else f"has SHA-256 {found}, not the registered {manifest.hash_value}"
