"""Help of a command that has many options."""

from collections.abc import Mapping
from typing import Any

import click


class InGroups(click.Command):
    """A command whose help lists its options under titles: `groups` are the titles, each with the options' names."""

    def __init__(self, *args: Any, groups: Mapping[str, tuple[str, ...]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.groups = groups

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write them; those that no group names come last."""
        options = [one for one in self.get_params(context) if isinstance(one, click.Option)]
        records = {option.name: record for option in options if (record := option.get_help_record(context))}
        named = {name for names in self.groups.values() for name in names}
        groups = {**self.groups, "Options": tuple(name for name in records if name not in named)}
        for title, names in groups.items():
            if rows := [records[name] for name in names if name in records]:
                with formatter.section(title):
                    formatter.write_dl(rows)
