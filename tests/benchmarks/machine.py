"""The machine in words: what a figure depends on, and nothing that names the machine."""

import os
import platform
from pathlib import Path


def machine(folder: Path) -> str:
    """Cores, memory, Python, and the kind of filesystem that holds `folder`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return (
        f"{cores} core{'' if cores == 1 else 's'}, {_memory()}, "
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}, {filesystem(folder)}."
    )


def filesystem(folder: Path) -> str:
    """The kind of filesystem that holds a folder: that of the deepest mount above it."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8", "replace").splitlines()]
    except OSError:
        return "an unknown filesystem"
    above = {str(folder.resolve()), *map(str, folder.resolve().parents)}
    kinds = {mount[1]: mount[2] for mount in mounts if mount[1] in above}  # of several at one place, the last one is seen
    return kinds[max(kinds, key=len)] if kinds else "an unknown filesystem"


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "memory unknown"
    return f"{size / 1e9:.0f} GB of memory"
