"""`contexta-report`: options, progress and exit codes. The only place that prints."""

import atexit
import gc

import click

from contexta import __version__
from contexta.cli.build import build
from contexta.cli.check import check
from contexta.cli.compare import compare
from contexta.cli.doctor import doctor
from contexta.cli.email import email
from contexta.cli.run import run

__all__ = ["main"]

# A process that ends looks through all that it holds for circles, twice: a tenth of the time of a build with nothing new.
atexit.register(gc.freeze)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="contexta-report")
def main() -> None:
    """Turn a Contexta workspace into reports that people can open."""


for _command in (build, run, compare, check, email, doctor):
    main.add_command(_command)
