"""One pass over a workspace: which lines belong to which run and deployment, and what belongs to none."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from contexta.contract import DeploymentExecution, Problem, Project, StableRef
from contexta.errors import ContextaError
from contexta.workspace.frames import Item, PutItem, interpret, owners
from contexta.workspace.lines import Located, Unusable
from contexta.workspace.planes import Extent, Plane
from contexta.workspace.puts import Put, Puts

# Refs in a line that cannot be read whole: enough to say whose it probably was. The quote or dot at the end shows that
# the name is not cut off.
_RUN_IN_TEXT = re.compile(rb'"(?:run:([a-z0-9-]+\.[a-z0-9-]+)"|(?:stage|batch|sample|op|record|artifact):([a-z0-9-]+\.[a-z0-9-]+)\.)')


@dataclass(slots=True)
class Catalog:
    """What one pass found. Runs and deployments are keys in the order in which they were first named."""

    runs: dict[StableRef, list[Extent]] = field(default_factory=dict)
    deployments: dict[StableRef, list[Extent]] = field(default_factory=dict)
    puts: Puts = field(default_factory=Puts)
    run_problems: dict[StableRef, list[Problem]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, planes: Iterable[Plane]) -> "Catalog":
        """Read every line of the planes once."""
        catalog = cls()
        unusable: list[Unusable] = []
        for plane in planes:
            for line in plane.scan():
                if isinstance(line, Unusable):
                    unusable.append(line)
                else:
                    unusable.extend(catalog._take(plane.name, line))
        for entry in unusable:  # after all runs are known
            catalog._blame(entry)
        return catalog

    def _take(self, plane: str, line: Located) -> Iterator[Unusable]:
        try:
            item = interpret(line.value)
            owned_by = owners(item)
        except ContextaError as error:
            yield Unusable(line.problem("invalid_line", str(error)), line.raw[:65_536])
            return
        if owned_by.run is not None:
            _extend(self.runs.setdefault(owned_by.run, []), plane, line)
        for deployment in dict.fromkeys(owned_by.deployments):
            _extend(self.deployments.setdefault(deployment, []), plane, line)
        yield from self._put(item, line)

    def _put(self, item: Item, line: Located) -> Iterator[Unusable]:
        """Keep the models that belong to no run. What is wrong with a deployment is told on its own page."""
        if not isinstance(item, PutItem) or item.model not in (Project, DeploymentExecution):
            return
        try:
            found = list(self.puts.add(Put(item.model.from_dict(item.data), item.when, line.file, line.line)))
        except ContextaError as error:
            found = [line.problem("invalid_line", str(error))]
        if item.model is Project:
            yield from map(Unusable, found)

    def _blame(self, entry: Unusable) -> None:
        """Give the problem to the run that the text names, where it names one that exists."""
        named = {(run or other).decode() for run, other in _RUN_IN_TEXT.findall(entry.raw)}
        run = next((ref for ref in self.runs if ref.value in named), None) if len(named) == 1 else None
        if run is None:
            self.problems.append(entry.problem)
        else:
            self.run_problems.setdefault(run, []).append(entry.problem)

    def project(self, ref: StableRef) -> Project | None:
        """The latest put of a project."""
        put = self.puts.latest.get(ref)
        return put.model if put is not None and isinstance(put.model, Project) else None

    def described_deployments(self) -> Mapping[StableRef, DeploymentExecution]:
        """The latest put of every deployment that has one."""
        return {ref: put.model for ref, put in self.puts.latest.items() if isinstance(put.model, DeploymentExecution)}


def _extend(extents: list[Extent], plane: str, line: Located) -> None:
    """Add a line to extents, joining it to the last where they touch."""
    last = extents[-1] if extents else None
    if last is not None and last.plane == plane and last.end == line.start:
        extents[-1] = Extent(plane, last.start, line.end, last.line)
    else:
        extents.append(Extent(plane, line.start, line.end, line.line))
