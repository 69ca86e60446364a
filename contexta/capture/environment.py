"""What a program runs on: Python, platform and installed packages. Environment variables only where they are named."""

import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from importlib import metadata

from contexta.capture.clock import now
from contexta.contract import EnvironmentSnapshot, StableRef


def packages() -> dict[str, str]:
    """Installed distributions → version; of one that is there twice, the one that Python imports."""
    found: dict[str, str] = {}
    for dist in metadata.distributions():
        with suppress(OSError, ValueError, KeyError):  # what those of other finders raise where an installation is broken
            if dist.name and dist.version:
                found.setdefault(dist.name, dist.version)
    return dict(sorted(found.items()))


def system() -> str:
    """The operating system, its machine and C library: `Linux x86_64, glibc 2.36`. A kernel's build name would only tell on the host."""
    library, version = platform.libc_ver()
    return f"{platform.system()} {platform.machine()}, {f'{library} {version}' if library else platform.release()}"


def snapshot(run: StableRef, installed: dict[str, str], variables: Iterable[str]) -> EnvironmentSnapshot:
    """The environment of this process, as a run's."""
    return EnvironmentSnapshot(
        StableRef("environment", f"{run.value}.snapshot"),
        run,
        now(),
        platform.python_version(),
        system(),
        installed,
        {name: os.environ[name] for name in variables if name in os.environ},
    )
