"""What the puts of one project or deployment say together: models that stand on pages of many runs."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import orjson

from contexta.contract import ContextModel, Problem
from contexta.errors import ContextaError
from contexta.workspace.frames import CONTEXT_MODELS, PutItem, interpret
from contexta.workspace.lines import Located, Unusable
from contexta.workspace.puts import Put, Puts
from contexta.workspace.trimming import LONG, trimmed


@dataclass(frozen=True, slots=True)
class Described:
    """The latest put, None where none can be used, and what contradicts it."""

    model: ContextModel | None
    problems: tuple[Problem, ...]

    def to_json(self) -> bytes:
        """Itself as text, for the index."""
        model = None if self.model is None else {"type": type(self.model).__name__, "model": self.model.to_dict()}
        return orjson.dumps({"put": model, "problems": [asdict(problem) for problem in self.problems]})

    @classmethod
    def from_json(cls, text: bytes) -> "Described | None":
        """Read it back; None where it is no such text."""
        try:
            data = orjson.loads(text)
            put = data["put"]
            model = None if put is None else CONTEXT_MODELS[put["type"]].from_dict(put["model"])
            return cls(model, tuple(Problem(**problem) for problem in data["problems"]))
        except (ValueError, LookupError, TypeError, ContextaError):
            return None


def describe(lines: Iterable[Located | Unusable]) -> Described:
    """What the put lines of one project or deployment say."""
    puts = Puts()
    problems: list[Problem] = []
    for line in lines:
        if isinstance(line, Unusable):
            continue  # told where the lines are read for a page
        try:
            item = interpret(line.value)
            if len(line.raw) > LONG:
                item, _ = trimmed(item)  # likewise
            if isinstance(item, PutItem):
                problems.extend(puts.add(Put(item.model.from_dict(item.data), item.when, line.file, line.line)))
        except ContextaError:
            continue  # likewise
    latest = next(iter(puts.latest.values()), None)
    return Described(latest.model if latest else None, tuple(problems))
