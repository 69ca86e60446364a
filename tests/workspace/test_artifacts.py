"""The file of an artifact is compared with what was registered, and nothing outside the workspace is read for it."""

import hashlib
import os
from pathlib import Path

import pytest

from contexta.contract import ArtifactManifest
from contexta.workspace import compare_artifact

CONTENT = b"weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def _manifest(location: str, size: int | None = len(CONTENT), sha256: str | None = SHA256) -> ArtifactManifest:
    return ArtifactManifest.from_dict(
        {
            "artifact_ref": "artifact:p.r.model",
            "artifact_kind": "model",
            "created_at": "2025-01-01T00:00:00Z",
            "producer_ref": "sdk.test",
            "run_ref": "run:p.r",
            "location_ref": location,
            "size_bytes": size,
            "hash_value": sha256,
        }
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a file in it, and one beside it."""
    (tmp_path / "secret").write_bytes(CONTENT)
    (tmp_path / "workspace" / "models").mkdir(parents=True)
    (tmp_path / "workspace" / "models" / "m.bin").write_bytes(CONTENT)
    return tmp_path / "workspace"


@pytest.mark.parametrize("location", ["models/m.bin", "path:models/m.bin", "models/gone.bin"])
def test_a_file_that_is_as_registered_or_gone_is_no_finding_of_its_content(root: Path, location: str) -> None:
    assert compare_artifact(root, _manifest(location)) is None


def test_another_size_and_another_content_are_told(root: Path) -> None:
    shorter = compare_artifact(root, _manifest("models/m.bin", 1_234))
    other = compare_artifact(root, _manifest("models/m.bin", sha256="0" * 64))
    assert shorter is not None
    assert other is not None
    assert (shorter.key, shorter.what) == ("changed_artifact", "models/m.bin has 7 bytes, not the 1,234 that were registered")
    assert (other.key, other.what) == ("changed_artifact", f"models/m.bin has SHA-256 {SHA256}, not the registered {'0' * 64}")


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("/etc/passwd", "does not lie in the workspace"),
        ("../secret", "does not lie in the workspace"),
        ("s3://bucket/m.bin", "does not lie in the workspace"),
        ("models/link", "leads out of the workspace"),
        ("outside/secret", "leads out of the workspace"),
        ("models", "no regular file"),
        ("models/pipe", "is no regular file"),
        ("models/loop", "cannot be read"),
    ],
)
def test_what_is_no_file_of_the_workspace_is_not_read(root: Path, location: str, why: str) -> None:
    (root / "models" / "link").symlink_to(root.parent / "secret")
    (root / "outside").symlink_to(root.parent)
    (root / "models" / "loop").symlink_to(root / "models" / "loop")
    os.mkfifo(root / "models" / "pipe")
    verdict = compare_artifact(root, _manifest(location))
    assert verdict is not None
    assert verdict.key == "unverified_artifact"
    assert verdict.what.startswith(f"{location} ")
    assert why in verdict.what


def test_without_a_hash_the_size_is_compared_and_without_either_nothing(root: Path) -> None:
    assert compare_artifact(root, _manifest("models/m.bin", sha256=None)) is None
    verdict = compare_artifact(root, _manifest("models/m.bin", None, None))
    assert verdict is not None
    assert (verdict.key, verdict.severity) == ("unverified_artifact", "info")
