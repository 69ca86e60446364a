"""Compressing files of a workspace as tests need it."""

import gzip
from pathlib import Path

from backports import zstd


def packed(data: bytes, packing: str) -> bytes:
    """Bytes as a `.gz` or `.zst` file holds them; a gzip header holds no time."""
    return gzip.compress(data, mtime=0) if packing == "gz" else zstd.compress(data)


def pack(path: Path, packing: str, name: str = "", *, keep: bool = False) -> Path:
    """Compress a file as `gzip` does, under its own name or another; the file goes unless it is to be kept."""
    archive = path.with_name(f"{name or path.name}.{packing}")
    archive.write_bytes(packed(path.read_bytes(), packing))
    if not keep:
        path.unlink()
    return archive
