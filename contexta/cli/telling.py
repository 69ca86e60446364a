"""What is said to a person on stderr, and with which exit code a command ends.

Exit: 0 well, 1 a gate failed (`check`, `--strict`, `--public`), 2 wrong usage, 3 the workspace cannot be read, or a mail not be delivered.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from contexta.errors import ContextaError, Leak, Undelivered, UnreadableWorkspace

EXIT_GATE, EXIT_USAGE, EXIT_UNREADABLE, EXIT_STOPPED = 1, 2, 3, 130


@contextmanager
def errors_told() -> Iterator[None]:
    """Every expected failure becomes one sentence on stderr and an exit code; never a traceback."""
    try:
        yield
    except (UnreadableWorkspace, Undelivered) as error:
        fail(str(error), EXIT_UNREADABLE)
    except Leak as error:
        fail(str(error), EXIT_GATE)
    except ContextaError as error:
        fail(str(error), EXIT_USAGE)
    except KeyboardInterrupt:
        fail("stopped", EXIT_STOPPED)
    except BrokenPipeError:
        raise  # whoever read has enough; click ends quietly
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}", EXIT_USAGE)


def fail(sentence: str, code: int) -> NoReturn:
    """Say why nothing can be done, and end."""
    click.echo(f"contexta-report: {sentence}", err=True)
    sys.exit(code)


def tell(what: str) -> None:
    """Say something beside the output."""
    click.echo(what, err=True)


def keep_quiet(_what: str) -> None:
    """Without --verbose."""


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Counts pages on a terminal, and says nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _title: None
        return
    count = 0

    def show(_title: str) -> None:
        nonlocal count
        count += 1
        click.echo(f"\r{count} pages", nl=False, err=True)

    try:
        yield show
    finally:
        click.echo("\r\033[K", nl=False, err=True)
