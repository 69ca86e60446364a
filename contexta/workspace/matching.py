"""Lines that are like others of their run or of runs before it: found without parsing them, and held until many can be taken at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from contexta.errors import ContextaError
from contexta.workspace.envelopes import checked
from contexta.workspace.frames import Framed, RecordItem, interpret
from contexta.workspace.habits import Cutters, Habits, Track
from contexta.workspace.held import Alike, Held
from contexta.workspace.lines import Block, Located, is_too_deep
from contexta.workspace.said import Said, said_in
from contexta.workspace.stencil import Row, Stencil, parts_of, stencil_of
from contexta.workspace.trimming import LONG

# At once at most so many lines, and so many after one of them was not as it seemed.
_MANY, _FEW = 512, 8

# Of as many lengths of a stencil's lines it is remembered how they are cut.
_MAX_LENGTHS = 256

# The types of records that may wait until the metrics around them are taken.
_PATIENT = ("event", "span")


@dataclass(slots=True)
class Matcher:
    """What comes after what in the lines of one run, `project.run`. Without one, nothing is held.

    Metrics are sought among those that came after the one before, in this run or another; records that are no metrics may come anywhere.
    """

    habits: Habits
    run: str
    _cutters: Cutters = field(init=False)
    _last: Stencil | None = None
    _reach: int = _MANY
    _held: Held = field(default_factory=Held)

    def __post_init__(self) -> None:
        self._cutters = self.habits.cutters(self.run)

    # ------------------------------------------------------------ learning

    def learn(self, track: Track, raw: bytes, frame: Mapping[str, Any], said: Said) -> None:
        """Expect lines like this metric, which was taken, when the one before it comes again, or another run begins."""
        stencil = self._stencil(track, raw, frame, said) if self.run else None
        if stencil is not None:
            self.habits.expect(self._last, stencil)
            self._last = stencil

    def _stencil(self, track: Track, raw: bytes, frame: Mapping[str, Any], said: Said) -> Stencil | None:
        """The stencil of a line, known or new; None where it has none."""
        for stencil in track.stencils:
            if self._row(stencil, raw) is not None:
                return stencil
        new = stencil_of(raw, frame, said, self.run) if self.habits.is_open_for(track) and not is_too_deep(raw) else None
        return None if new is None else self.habits.add(track, new)

    def _learn_other(self, raw: bytes, frame: Mapping[str, Any]) -> None:
        """Expect lines like this record, which is no metric, and good."""
        said = said_in(frame)
        stencil = None if said is None else stencil_of(raw, frame, said, self.run)
        if stencil is not None:
            self.habits.add_other(stencil)

    # ------------------------------------------------------------ holding

    @property
    def is_empty(self) -> bool:
        """Whether no metrics are held."""
        return not self._held.rows

    @property
    def is_full(self) -> bool:
        """Whether the lines that are held should be taken before there are more."""
        return len(self._held) >= self._reach

    def hold(self, block: Block, begin: int) -> int:
        """Keep lines from one on, without parsing them, until they are taken; gives the first that is not as expected, or too many."""
        if not self.run:
            return begin
        held = self._held
        last = held.used[-1] if held.used else self._last
        end = self._match(last, block, begin, min(len(block.texts), begin + self._reach - len(held)))
        held.numbers += block.numbers[begin:end]
        return end

    def release(self) -> Held:
        """What was held, to be taken."""
        held, self._held = self._held, Held()
        return held

    def taken(self, held: Held, rows: int, end: int) -> None:
        """Of what was held, so many metrics were taken, and all lines up to a place: the more, the longer all is as it seems."""
        self._last = held.used[rows - 1] if rows else self._last
        self._reach = min(_MANY, 4 * self._reach) if end == len(held) else _FEW

    def block(self, held: Held, file: str) -> Block:
        """The lines that were held, once more."""
        return held.block(file, self._cutters)

    def _match(self, last: Stencil | None, block: Block, begin: int, stop: int) -> int:
        """Hold the lines from one on that are as expected after the one before, up to one that is not."""
        held, shift = self._held, len(self._held) - begin
        rows, used, following, cutters = held.rows, held.used, self.habits.after, self._cutters
        for place, raw in enumerate(block.texts[begin:stop], begin):
            for stencil in following[last]:
                cuts, constants = cutters[stencil]
                cut = cuts.get(len(raw))
                if cut is not None and cut[0](raw) == constants:
                    rows.append(cut[1](raw))
                    used.append(stencil)
                    last = stencil
                    break
            else:
                if b'"metric"' not in raw:
                    other = self._alike(block, place, held.others) or self._patient(block, place, held.others)
                    if other is None:
                        return place
                    held.passed[place + shift] = raw, other
                    continue
                found = self._cut_anew(raw, following[last])
                if found is None:
                    return place
                rows.append(found[0])
                used.append(found[1])
                last = found[1]
        return stop

    def _cut_anew(self, raw: bytes, stencils: Iterable[Stencil]) -> tuple[Row, Stencil] | None:
        """The parts of a line that none of some stencils has with the cuts that are known, and its stencil."""
        for stencil in stencils:
            row = self._row(stencil, raw)
            if row is not None:
                return row, stencil
        return None

    def _row(self, stencil: Stencil, raw: bytes) -> Row | None:
        """The parts of a line; None for one of another stencil."""
        cuts, constants = self._cutters[stencil]
        known = cuts.get(len(raw))
        row = parts_of(raw, known, constants)
        if row is not None or (known is not None and not stencil.layout.numbered):
            return row
        # Where the number at the end got longer, lines of the same length are cut elsewhere.
        has_room = known is not None or len(cuts) < _MAX_LENGTHS
        if not has_room and not stencil.begins(raw, constants):
            return None
        cut = stencil.cut(raw, constants)
        if has_room:
            cuts[len(raw)] = cut
        return parts_of(raw, cut, constants)

    def _alike(self, block: Block, place: int, others: set[int]) -> Alike | None:
        """A line that is no metric, and like others; adds the hash of its name."""
        raw = block.texts[place]
        if len(raw) > LONG or is_too_deep(raw):
            return None
        for stencil in self.habits.others:
            row = self._row(stencil, raw)
            if row is not None:
                others.add(hash(row[stencil.layout.name]))
                return Alike(stencil, row, block.numbers[place], raw)
        return None

    def _patient(self, block: Block, place: int, others: set[int]) -> Framed | None:
        """A line that is an event or a span, so that it may wait too; likewise. If it is good, others like it are expected."""
        line = block.parsed(place)
        if not isinstance(line, Located):
            return None
        try:
            item = interpret(line.value)
            if not isinstance(item, RecordItem) or item.data["envelope"]["record_type"] not in _PATIENT:
                return None
            name = item.data["envelope"]["record_ref"].rpartition(".")[2]
        except (ContextaError, KeyError, TypeError, AttributeError):  # to be told when it is read as any line
            return None
        others.add(hash(name.encode()))
        if self.habits.is_open_for_others and not line.lenient and checked(item.data) is not None:
            self._learn_other(block.texts[place], line.value)
        return Framed(line, item)
