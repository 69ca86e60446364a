"""Lines of a schema that this contract does not know: they are read all the same, and told once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from contexta.contract import Problem
from contexta.contract.fields import shown
from contexta.contract.model import SCHEMA_VERSION, is_known_schema


@dataclass(slots=True)
class Schemas:
    """The unknown versions that were told before."""

    told: set[str] = field(default_factory=set)

    def check(self, version: str, file: str, line: int) -> Iterator[Problem]:
        """Tell the first line of each unknown version."""
        if not is_known_schema(version) and version not in self.told:
            self.told.add(version)
            what = f"schema_version {shown(version)} is not of the kind {SCHEMA_VERSION}; from here on its lines are read as if they were"
            yield Problem(file, line, "unknown_schema", what)
