"""The scopes that the lines of a run lie in: checked once, or taken over from a place that was found good in another run."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from contexta.contract import StableRef
from contexta.contract.fields import RULES, apply
from contexta.contract.model import check_places
from contexta.contract.records import SCOPES as LIES_IN
from contexta.errors import ContractError
from contexta.workspace.habits import Place, Texts
from contexta.workspace.mentions import Sighting, with_owners
from contexta.workspace.said import SCOPES, Fields
from contexta.workspace.series import owner_of
from contexta.workspace.stencil import ANY_RUN, in_any_run, in_run


@dataclass(slots=True, eq=False)
class Scope:
    """Scopes that were checked together, and when the records that took a quick way were seen in them.

    `written` are their texts, in which ANY_RUN may stand for the run. `subject` is the narrowest, `owner` what its points are a series
    over. `records` is how the references of their run's records begin, and `seen` holds those: hash of the name → hash of the content.
    """

    written: Texts
    subject: StableRef
    owner: StableRef
    run: StableRef
    records: str
    seen: dict[int, int]
    sighting: Sighting

    @property
    def texts(self) -> Texts:
        """Their texts, as envelopes name them."""
        return in_run(self.written, self.run.value)


class _Refs(dict[str, StableRef]):
    """References of one run, by their texts in which ANY_RUN stands for it: so, not even the text is made of one that is there."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def __missing__(self, written: str) -> StableRef:
        found = self[written] = StableRef.known(written.replace(ANY_RUN, self._run))
        return found


@dataclass(slots=True)
class Scopes:
    """Those of one run, `project.run`; `run` is empty where lines may be of several.

    Some may be there twice, once for either way by which they came.
    """

    run: str
    _checked: dict[Fields, Scope] = field(default_factory=dict)
    _taken_over: dict[Place, Scope | None] = field(default_factory=dict)
    _refs: _Refs = field(init=False)
    _records: dict[str, dict[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._refs = _Refs(self.run)

    def __len__(self) -> int:
        return len(self._checked) + len(self._taken_over)

    def records(self, beginning: str) -> dict[int, int]:
        """The records whose references begin so, which are a run's: hash of the name → hash of the content."""
        return self._records.setdefault(beginning, {})

    def sightings(self) -> Iterator[Sighting]:
        """When each was seen."""
        return (scope.sighting for scope in (*self._checked.values(), *self._taken_over.values()) if scope is not None)

    def clear(self) -> None:
        """Let go of them; of their records nothing is forgotten."""
        for table in (self._checked, self._taken_over, self._refs):
            table.clear()

    def checked(self, texts: Fields) -> Scope | None:
        """The scopes of these names; None where they are not as an envelope's must be."""
        scope = self._checked.get(texts)
        if scope is None:
            try:
                given = ((name, text) for name, text in zip(SCOPES, texts, strict=True) if text is not None)
                refs = {name: cast(StableRef, apply(name, RULES[name], text)) for name, text in given}
                check_places(LIES_IN, refs.get)
            except (ContractError, KeyError):
                return None
            # What a deployment does later is no part of the run's time.
            named = with_owners(ref for ref in refs.values() if ref.kind != "run" or "deployment_execution_ref" not in refs)
            subject = next(iter(refs.values()))
            sighting = Sighting(named, refs.get("batch_execution_ref"))
            scope = self._checked[texts] = self._new(cast(Texts, texts), refs["run_ref"], subject, owner_of(subject), sighting)
        return scope

    def place(self, scope: Scope) -> Place:
        """Where these would be in any run."""
        if not self.run:
            return Place(scope.written)
        refs, batch = scope.sighting.refs, scope.sighting.batch
        subject, owner = map(refs.index, (scope.subject, scope.owner))
        named = tuple([text for text in in_any_run(map(str, refs), self.run) if text])
        texts = in_any_run(scope.written, self.run)
        return Place(texts, named, subject, owner, None if batch is None else refs.index(batch))

    def in_place(self, place: Place) -> Scope | None:
        """The scopes in a place that was found good in another run: only their lengths may not be."""
        if place not in self._taken_over:
            self._taken_over[place] = self._in_place(place)
        return self._taken_over[place]

    def _in_place(self, place: Place) -> Scope | None:
        try:
            named = tuple(map(self._refs.__getitem__, place.named))
        except ContractError:
            return None
        sighting = Sighting(named, None if place.batch is None else named[place.batch])
        return self._new(place.texts, self._refs[f"run:{ANY_RUN}"], named[place.subject], named[place.owner], sighting)

    def _new(self, texts: Texts, run: StableRef, subject: StableRef, owner: StableRef, sighting: Sighting) -> Scope:
        beginning = f"record:{run.value}."
        return Scope(texts, subject, owner, run, beginning, self.records(beginning), sighting)
