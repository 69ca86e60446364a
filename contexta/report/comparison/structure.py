"""Stages and Artifacts: what the runs were made of, and what they left."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from contexta.contract import StageExecution
from contexta.report import artifacts as artifact_facts
from contexta.report import cells
from contexta.report.comparison.pair import Pair, listed, matched
from contexta.report.differences import the_same
from contexta.report.document import Note, Section
from contexta.report.inline import Bytes, Cell, Change, Code, Duration, Status, Text
from contexta.report.phrases import counted
from contexta.report.summary import ArtifactFacts
from contexta.report.traits import without_hash

# As much of a hash as tells two apart.
_HASH = 16


def stages(pair: Pair) -> Section | None:
    """Stages of the same name, how they ended and how long they took."""
    both = matched(pair.left.stages, pair.right.stages, lambda stage: stage.name)
    if not both:
        return None
    left, right = pair.names
    titles = ("Stage", f"Status in {left}", f"Status in {right}", f"Duration in {left}", f"Duration in {right}", "Change")
    return Section("Stages", (cells.table("", titles, (_stage_row(*one) for one in both)),))


def _stage_row(left: StageExecution | None, right: StageExecution | None) -> tuple[Cell, ...]:
    name = next(stage.name for stage in (left, right) if stage)
    status = (None if stage is None else cells.status(stage) for stage in (left, right))
    took = [None if stage is None else cells.lasted(stage) for stage in (left, right)]
    return (Text(name), *status, *took, _slower(*took))


def _slower(left: Duration | None, right: Duration | None) -> Change | None:
    """By how much longer something took; whether that matters, nobody knows."""
    if left is None or right is None:
        return None
    seconds = right.seconds - left.seconds
    return Change(seconds, "s") if max(left.seconds, right.seconds) >= 1 else Change(1000 * seconds, "ms")


def artifacts(pair: Pair) -> Section | None:
    """Artifacts that differ in their bytes, their size, or in being there."""
    both = _pairs(pair)
    if not both:
        return None
    rows = [[*_artifact_rows(*one)] for one in both]
    alike = sum(not found for found in rows)
    same = the_same([counted(alike, "artifact")] if alike else [])
    if alike == len(both):
        return Section("Artifacts", (Note(f"Nothing that is known of artifacts differs. {same}"),))
    note = " ".join(filter(None, (same, _how_matched(both))))
    return Section("Artifacts", (listed("", ("Artifact", "What", *pair.names), chain.from_iterable(rows), note),))


def _pairs(pair: Pair) -> Sequence[tuple[ArtifactFacts | None, ArtifactFacts | None]]:
    """Artifacts of the same name; of the others, those of a kind in their order."""
    left, right = (tuple(map(artifact_facts.facts, one.artifacts)) for one in (pair.left, pair.right))
    named = {_name_of(one) for one in left} & {_name_of(one) for one in right}
    by_name = matched([one for one in left if _name_of(one) in named], [one for one in right if _name_of(one) in named], _name_of)
    rest = [_numbered([one for one in many if _name_of(one) not in named]) for many in (left, right)]
    by_kind = [(rest[0].get(key), rest[1].get(key)) for key in {**rest[1], **rest[0]}]
    return [*by_name, *by_kind]


def _name_of(one: ArtifactFacts) -> str:
    return one.ref.rpartition(".")[2]


def _numbered(many: Sequence[ArtifactFacts]) -> dict[tuple[str, int], ArtifactFacts]:
    """By kind, and which of its kind it is."""
    counts: Counter[str] = Counter()
    found = {}
    for one in many:
        found[one.kind, counts[one.kind]] = one
        counts[one.kind] += 1
    return found


def _shared_name(names: Sequence[str]) -> Text:
    """What to call what may have two names: that without the hash at the end of each, where this is the same."""
    for found in (dict.fromkeys(names), dict.fromkeys(map(without_hash, names))):
        if len(found) == 1:
            return Text(next(iter(found)))
    return Text(" / ".join(names))


def _how_matched(both: Sequence[tuple[ArtifactFacts | None, ArtifactFacts | None]]) -> str:
    renamed = any(left and right and _name_of(left) != _name_of(right) for left, right in both)
    return "Artifacts of different names are matched by their kind and order." if renamed else ""


def _artifact_rows(left: ArtifactFacts | None, right: ArtifactFacts | None) -> Iterator[tuple[Cell, ...]]:
    """A row for each thing in which they differ: first whether they are there at all."""
    name = _shared_name([_name_of(one) for one in (left, right) if one])
    if left is None or right is None or left.state != right.state:
        yield name, Text("State"), *(one and Status(one.state) for one in (left, right))
    if left is None or right is None:
        return
    if left.kind != right.kind:
        yield name, Text("Kind"), Text(left.kind), Text(right.kind)
    if left.size_bytes != right.size_bytes:
        yield name, Text("Size"), *(None if one.size_bytes is None else Bytes(one.size_bytes) for one in (left, right))
    if left.sha256 != right.sha256:
        yield name, Text("SHA-256"), *(None if one.sha256 is None else Code(f"{one.sha256[:_HASH]}…") for one in (left, right))
