"""How metrics are written, whichever run they are of: what was checked of it, and what follows what."""

from collections import defaultdict
from dataclasses import dataclass, field, fields, replace

from contexta.contract import MetricPayload
from contexta.errors import ContractError
from contexta.workspace.said import PRODUCER, SERIES, Fields
from contexta.workspace.stencil import Cut, Filled, Layout, Row, Stencil

# References as texts, where any are.
Texts = tuple[str | None, ...]

# What cuts the lines of a stencil, by their length.
Cuts = dict[int, Cut]

# As many manners, series, tracks and stencils are remembered. Who writes one track in ever new ways is read line by line.
_MAX_MANNERS, _MAX_SERIES, _MAX_TRACKS, _MAX_STENCILS, _MAX_WAYS = 2048, 4096, 4096, 4096, 4

# As many stencils are tried after one, and on lines that are no metrics.
_MAX_NEXT, _MAX_OTHERS = 6, 12


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Scopes that lines name together, in any run: `stencil.ANY_RUN` stands for it in their texts, which are in the order of SCOPES.

    `named` are they and all that they lie in; among these, the narrowest is at `subject`, what its points are a series over at `owner`, and
    the batch, if there is one, at `batch`.
    """

    texts: Texts
    named: tuple[str, ...] = ()
    subject: int = 0
    owner: int = 0
    batch: int | None = None


@dataclass(slots=True, eq=False)
class Track:
    """The metric lines of one manner and series in one place of any run, and how they are written.

    `parsed` counts those that had to be read whole.
    """

    place: Place
    manner: Fields
    series: Fields
    payload: MetricPayload
    producer: str = field(init=False)
    stencils: list[Stencil] = field(default_factory=list)
    parsed: int = 0

    def __post_init__(self) -> None:
        self.producer = str(self.manner[PRODUCER])


class Cutters(dict[Stencil, tuple[Cuts, Row]]):
    """What cuts the lines of one run, by stencil, and the constants that then stand between their parts."""

    def __init__(self, run: bytes, cuts: dict[Stencil, Cuts]) -> None:
        super().__init__()
        self._filled, self._cuts = Filled(run), cuts

    def __missing__(self, stencil: Stencil) -> tuple[Cuts, Row]:
        found = self[stencil] = (self._cuts[stencil], stencil.constants_in(self._filled))
        return found


@dataclass(slots=True)
class Habits:
    """What was learned from lines. It only decides how soon a line is taken, never what is made of it: runs that are read one after the
    other may share it.
    """

    _manners: set[Fields] = field(default_factory=set)
    _series: dict[Fields, MetricPayload] = field(default_factory=dict)
    _places: dict[Texts, Place] = field(default_factory=dict)
    _tracks: dict[tuple[Place, Fields, Fields], Track] = field(default_factory=dict)
    after: defaultdict[Stencil | None, list[Stencil]] = field(default_factory=lambda: defaultdict(list))
    track_of: dict[Stencil, Track] = field(default_factory=dict)
    others: list[Stencil] = field(default_factory=list)
    _layouts: dict[Layout, Layout] = field(default_factory=dict)
    _pieces: dict[bytes, bytes] = field(default_factory=dict)
    _cuts: dict[int, dict[Stencil, Cuts]] = field(default_factory=dict)

    def make_room(self) -> None:
        """Forget everything where no more could be remembered; to be called between one run and the next."""
        if len(self._tracks) >= _MAX_TRACKS or len(self.track_of) >= _MAX_STENCILS or len(self._series) >= _MAX_SERIES:
            for table in fields(self):
                getattr(self, table.name).clear()

    def learn(self, manner: Fields, series: Fields, payload: MetricPayload) -> None:
        """Let others like this record, which was checked whole, take a quick way."""
        if len(self._manners) < _MAX_MANNERS and len(self._series) < _MAX_SERIES:
            self._manners.add(manner)
            self._series.setdefault(series, payload)

    def place(self, place: Place) -> Place:
        """The place that is remembered for one with these texts."""
        return self._places.setdefault(place.texts, place) if len(self._places) < _MAX_TRACKS else self._places.get(place.texts, place)

    def track(self, place: Place, manner: Fields, series: Fields) -> Track | None:
        """The track of lines like this; None where such a line must be checked whole."""
        known = self._tracks.get((place, manner, series))
        if known is not None:
            return known
        payload = self._payload(series) if manner in self._manners else None
        if payload is None:
            return None
        track = Track(place, manner, series, payload)
        if len(self._tracks) < _MAX_TRACKS:
            self._tracks[place, manner, series] = track
        return track

    def _payload(self, series: Fields) -> MetricPayload | None:
        """What a series says, checked when it is met for the first time."""
        known = self._series.get(series)
        if known is None:
            try:
                known = MetricPayload.from_dict({**dict(zip(SERIES, series, strict=True)), "value": 0})
            except ContractError:
                return None
            if len(self._series) < _MAX_SERIES:
                self._series[series] = known
        return known

    def is_open_for(self, track: Track) -> bool:
        """Whether one more stencil of a track would be remembered: not before its second line, for most come alone or often."""
        return track.parsed > 1 and len(track.stencils) < _MAX_WAYS and len(self.track_of) < _MAX_STENCILS

    def add(self, track: Track, stencil: Stencil) -> Stencil:
        """Remember a stencil; gives it as it is kept."""
        kept = self._kept(stencil)
        track.stencils.append(kept)
        self.track_of[kept] = track
        return kept

    @property
    def is_open_for_others(self) -> bool:
        """Whether one more stencil of lines that are no metrics would be remembered."""
        return len(self.others) < _MAX_OTHERS

    def add_other(self, stencil: Stencil) -> None:
        """Remember the stencil of lines that are no metrics."""
        self.others.append(self._kept(stencil))

    def _kept(self, stencil: Stencil) -> Stencil:
        """A stencil with a layout and pieces that are one object for equal ones, so that they are told soonest."""
        layout, constants = stencil.layout, stencil.constants
        constants = tuple(map(self._pieces.setdefault, constants, constants))
        return replace(stencil, layout=self._layouts.setdefault(layout, layout), constants=constants)

    def expect(self, before: Stencil | None, stencil: Stencil) -> None:
        """Remember that a line of one stencil came after one of another, or as the first of its run that has one."""
        following = self.after[before]
        if stencil not in following and len(following) < _MAX_NEXT:
            following.append(stencil)

    def cutters(self, run: str) -> Cutters:
        """What cuts the lines of a run: cuts that are the same for all runs with names of one length, and its own constants."""
        return Cutters(run.encode(), self._cuts.setdefault(len(run), defaultdict(dict)))
