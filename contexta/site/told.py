"""What pages about many tell of each run and deployment: read once, and kept until its lines change."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from contexta.contract import StableRef
from contexta.report import DeploymentSummary, RunSummary, summarize, summarize_deployment
from contexta.site.executors import Crew
from contexta.site.identity import digest, made_with
from contexta.workspace import DeploymentSource, Workspace

# So many are read by a worker at once.
_BUNDLE = 32

S = TypeVar("S", RunSummary, DeploymentSummary)


def told(workspace: Workspace, refs: Sequence[StableRef], crew: Crew, version: str, kind: str) -> list[DeploymentSummary]:
    """The summary of each deployment; only the lines of those that changed are read. The index keeps them as things of that kind."""

    def read(changed: Sequence[StableRef]) -> Iterable[DeploymentSummary]:
        sources = [workspace.deployment_source(ref) for ref in changed]
        bundles = [sources[begin : begin + _BUNDLE] for begin in range(0, len(sources), _BUNDLE)]
        return (one for bundle in crew.results(tell, bundles, sum(source.lines.size for source in sources)) for one in bundle)

    return _kept(workspace, refs, version, kind, DeploymentSummary.from_json, read)


def summaries(workspace: Workspace) -> tuple[list[RunSummary], list[DeploymentSummary]]:
    """The summary of every run and of every deployment, for whoever makes no site; likewise."""
    version = made_with((), None)

    def runs(changed: Sequence[StableRef]) -> Iterable[RunSummary]:
        return (summarize(workspace.snapshot(ref)) for ref in changed)

    def deployments(changed: Sequence[StableRef]) -> Iterable[DeploymentSummary]:
        return (summarize_deployment(workspace.deployment(ref)) for ref in changed)

    found = (
        _kept(workspace, workspace.run_refs(), version, "told runs", RunSummary.from_json, runs),
        _kept(workspace, workspace.deployment_refs(), version, "told deployments", DeploymentSummary.from_json, deployments),
    )
    workspace.index.commit()
    return found


def _kept(
    workspace: Workspace,
    refs: Sequence[StableRef],
    version: str,
    kind: str,
    load: Callable[[bytes], S],
    read: Callable[[Sequence[StableRef]], Iterable[S]],
) -> list[S]:
    kept = workspace.index.kept(kind)
    states = {str(ref): digest(version, workspace.state(ref)) for ref in refs}
    found = {ref: one for ref, state in states.items() if (one := _summary(*kept.get(ref, ("", b"")), state, load))}
    new = {one.ref: one for one in read([ref for ref in refs if str(ref) not in found])}
    workspace.index.keep(kind, {ref: (states[ref], one.to_json()) for ref, one in new.items()})
    workspace.index.forget(kind, kept.keys() - states.keys())
    found |= new
    return [found[ref] for ref in states]


def _summary(made_from: str, text: bytes, state: str, load: Callable[[bytes], S]) -> S | None:
    """What was kept, where it is of this state and nobody spoilt it."""
    try:
        return load(text) if made_from == state else None
    except ValueError:
        return None


def tell(sources: Sequence[DeploymentSource]) -> list[DeploymentSummary]:
    """Read several: a function, so that it can be sent to a worker."""
    return [summarize_deployment(source.snapshot()) for source in sources]
