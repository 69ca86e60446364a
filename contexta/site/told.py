"""What must be known of all deployments before the page of any is made: each tells what was live before and after it."""

from collections.abc import Sequence

from contexta.contract import StableRef
from contexta.report import DeploymentSummary, summarize_deployment
from contexta.site.executors import Crew
from contexta.site.identity import digest
from contexta.workspace import DeploymentSource, Workspace

# So many are read by a worker at once.
_BUNDLE = 32


def told(workspace: Workspace, refs: Sequence[StableRef], crew: Crew, made_with: str, kind: str) -> list[DeploymentSummary]:
    """The summary of each deployment; only the lines of those that changed are read. The index keeps them as things of that kind."""
    kept = workspace.index.kept(kind)
    states = {str(ref): digest(made_with, workspace.state(ref)) for ref in refs}
    found = {ref: one for ref, state in states.items() if (one := _summary(*kept.get(ref, ("", b"")), state))}
    sources = [workspace.deployment_source(ref) for ref in refs if str(ref) not in found]
    bundles = [sources[begin : begin + _BUNDLE] for begin in range(0, len(sources), _BUNDLE)]
    new = {one.ref: one for bundle in crew.results(tell, bundles, sum(source.lines.size for source in sources)) for one in bundle}
    workspace.index.keep(kind, {ref: (states[ref], one.to_json()) for ref, one in new.items()})
    workspace.index.forget(kind, kept.keys() - states.keys())
    found |= new
    return [found[ref] for ref in states]


def _summary(made_from: str, text: bytes, state: str) -> DeploymentSummary | None:
    """What was kept, where it is of this state and nobody spoilt it."""
    try:
        return DeploymentSummary.from_json(text) if made_from == state else None
    except ValueError:
        return None


def tell(sources: Sequence[DeploymentSource]) -> list[DeploymentSummary]:
    """Read several: a function, so that it can be sent to a worker."""
    return [summarize_deployment(source.snapshot()) for source in sources]
