"""What was read of runs and deployments, kept until their lines change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from contexta.contract import StableRef
from contexta.site.executors import Crew
from contexta.site.identity import digest
from contexta.workspace import DeploymentSource, RunSource, Workspace

# So many are read by a worker at once.
_BUNDLE = 32


class Kept(Protocol):
    """What is known of a run or deployment, and can be kept as text."""

    @property
    def ref(self) -> str:
        """Of which."""

    def to_json(self) -> bytes:
        """As text."""


K = TypeVar("K", bound=Kept)
S = TypeVar("S", RunSource, DeploymentSource)


def remembered(
    workspace: Workspace,
    refs: Sequence[StableRef],
    kind: str,
    load: Callable[[bytes], K],
    read: Callable[[Sequence[StableRef]], Iterable[K]],
    version: str = "",
) -> list[K]:
    """What is known of each; only those are read of which the lines changed, or the version. The index keeps them as things of that kind.

    `load` raises ValueError where what was kept is no such text: somebody spoilt it.
    """
    kept = workspace.index.kept(kind)
    states = {ref.text: digest(version, workspace.state(ref)) for ref in refs}
    found = {ref: one for ref, state in states.items() if (one := _loaded(*kept.get(ref, ("", b"")), state, load))}
    new = {one.ref: one for one in read([ref for ref in refs if ref.text not in found])}
    workspace.index.keep(kind, {ref: (states[ref], one.to_json()) for ref, one in new.items()})
    workspace.index.forget(kind, kept.keys() - {ref.text for ref in (*workspace.run_refs(), *workspace.deployment_refs())})
    found |= new
    return [found[ref] for ref in states]


def _loaded(made_from: str, text: bytes, state: str, load: Callable[[bytes], K]) -> K | None:
    try:
        return load(text) if made_from == state else None
    except ValueError:
        return None


def read_by(crew: Crew, read: Callable[[Sequence[S]], list[K]], sources: Sequence[S]) -> Iterator[K]:
    """What a crew reads of these, some at a time; `read` is a function, so that it can be sent to a worker."""
    bundles = [sources[begin : begin + _BUNDLE] for begin in range(0, len(sources), _BUNDLE)]
    for bundle in crew.results(read, bundles, sum(source.lines.size for source in sources)):
        yield from bundle
