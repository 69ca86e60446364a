"""Environment, Provenance and Data Health: what the run ran on, what wrote it down, and how far that can be trusted."""

from collections.abc import Iterator, Mapping

from contexta.contract import EnvironmentSnapshot, RunSnapshot
from contexta.contract.details import DETAILS, NAMESPACE, run_details
from contexta.report import cells
from contexta.report.document import Block, Details, Fact, Facts, Lineage, Note, Section, Table
from contexta.report.health.inferred import inferred
from contexta.report.inline import Cell, Code, Number, Pairs, Text
from contexta.report.problems import problem_table
from contexta.report.run.overview import detail_facts

# As many things of a kind as a step of the lineage names, and as many snapshots of an environment as are shown.
_MOST = 5


def environment(snapshot: RunSnapshot) -> Section | None:
    """Python, platform and packages, from every snapshot that was taken."""
    taken = snapshot.environments
    blocks = [block for one in taken[:_MOST] for block in _environment_blocks(one)]
    if len(taken) > _MOST:
        blocks.append(Note(f"{len(taken) - _MOST:,} more snapshots were taken later; the first {_MOST} are shown."))
    return Section("Environment", tuple(blocks)) if blocks else None


def _environment_blocks(taken: EnvironmentSnapshot) -> Iterator[Block]:
    yield Facts(
        (
            Fact("Snapshot", Code(taken.ref.name)),
            Fact("Captured", cells.time(taken.captured_at)),
            Fact("Python", Text(taken.python_version)),
            Fact("Platform", Text(taken.platform)),
        )
    )
    for caption, column, entries in (
        ("Packages", "Version", taken.packages),
        ("Environment variables", "Value", taken.environment_variables),
    ):
        if entries:
            yield Details(_named(caption, column, entries))


def _named(caption: str, column: str, entries: Mapping[str, str]) -> Table:
    return cells.table(caption, ("Name", column), ((Code(name), Text(entry)) for name, entry in sorted(entries.items())))


def provenance(snapshot: RunSnapshot) -> Section | None:
    """Where the run came from and went to, who wrote the lines, which files hold them, and what else they say of the run."""
    if not (snapshot.producers or snapshot.sources):
        return None
    steps = tuple(_lineage(snapshot))
    facts = [Fact("Written by", Code(", ".join(snapshot.producers)))] if snapshot.producers else []
    facts += [*detail_facts(snapshot.run), *(Fact(name, value) for name, value in _extensions(snapshot))]
    sources = cells.table("Read from", ("File", "Lines"), ((Code(one.file), Number(one.lines)) for one in snapshot.sources))
    return Section("Provenance", (*([Lineage(steps)] if len(steps) > 1 else ()), *([Facts(tuple(facts))] if facts else ()), sources))


def _lineage(snapshot: RunSnapshot) -> Iterator[Fact]:
    """Dataset, run, artifacts and deployments, as far as they are known."""
    dataset = run_details(snapshot.run).get("dataset_ref")
    if dataset is not None:
        yield Fact("Dataset", cells.value(dataset))
    yield Fact("Run", cells.ref(snapshot.run))
    manifests = [artifact.manifest for artifact in snapshot.artifacts]
    made = [(manifest.artifact_kind, cells.bare_ref(manifest.artifact_ref)) for manifest in manifests]
    live = [(deployment.status, cells.ref(deployment)) for deployment in snapshot.deployments]
    for one, many, found in (("Artifact", "Artifacts", made), ("Deployment", "Deployments", live)):
        if found:
            more = f"and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
            yield Fact(one if len(found) == 1 else many, Pairs(tuple(found[:_MOST])), more)


def _extensions(snapshot: RunSnapshot) -> Iterator[tuple[str, Cell]]:
    for model in (snapshot.project, snapshot.run):
        for extension in model.extensions:
            told = {"namespace", *(DETAILS if model is snapshot.run and extension["namespace"] == NAMESPACE else ())}
            rest = {name: value for name, value in extension.items() if name not in told}
            if rest or len(told) == 1:
                yield str(extension["namespace"]), cells.pairs(rest)
        yield from ((name, cells.value(value)) for name, value in sorted(model.unknown.items()))


def data_health(snapshot: RunSnapshot) -> Section:
    """Every problem by file and line, and what was inferred; that there is none is said too."""
    blocks: list[Block] = []
    if snapshot.problems:
        blocks.append(problem_table("What was found in this run's lines", snapshot.problems))
    else:
        blocks.append(Note("Nothing was skipped: every line that names this run was used."))
    blocks += withheld(snapshot.withheld)
    if snapshot.unassigned:
        blocks.append(Note("Some lines of this workspace name no run, and may be this one's; Data Health on the index page tells which."))
    if guessed := inferred(snapshot):
        blocks.append(Note(f"Inferred, because no line describes them: {guessed}. Their times are those of the records that name them."))
    return Section("Data Health", tuple(blocks))


def withheld(counts: Mapping[str, int]) -> list[Block]:
    """What was masked or left out before the page was made."""
    if not counts:
        return []
    return [Note(f"Masked or left out of this report: {', '.join(f'{what} ({count:,})' for what, count in counts.items())}.")]
