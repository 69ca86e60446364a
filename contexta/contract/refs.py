"""Stable references: `kind:value`, the value a dotted path that begins with its owner's."""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from contexta.errors import ContractError

MAX_REF = 255
_COMPONENT = "[a-z0-9]+(?:-[a-z0-9]+)*"
COMPONENT = re.compile(rf"{_COMPONENT}\Z")
MAX_COMPONENT = 63

# Kind → the numbers of components its value may have. A sample or operation has one more inside a batch.
KINDS: dict[str, tuple[int, ...]] = {
    "project": (1,),
    "run": (2,),
    "deployment": (2,),
    "stage": (3,),
    "batch": (4,),
    "sample": (4, 5),
    "op": (4, 5),
    "record": (3,),
    "artifact": (3,),
    "environment": (3,),
}


# Kind → what its values look like; the lengths are checked apart.
_GRAMMAR = {kind: re.compile(rf"(?:{_COMPONENT}\.){{{counts[0] - 1},{counts[-1] - 1}}}{_COMPONENT}\Z") for kind, counts in KINDS.items()}


def is_component(text: str) -> bool:
    """Whether `text` may stand between two dots of a reference."""
    return len(text) <= MAX_COMPONENT and COMPONENT.match(text) is not None


@dataclass(frozen=True, order=True, slots=True)
class StableRef:
    """A reference such as `batch:my-proj.run-01.train.epoch-0`; `parts` are the components, owner first, `text` is the whole.

    Raises ContractError when the kind is unknown, a component breaks the grammar, or their number does not fit.
    """

    kind: str
    value: str
    parts: tuple[str, ...] = field(init=False, repr=False, compare=False)
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", f"{self.kind}:{self.value}")
        object.__setattr__(self, "parts", tuple(self.value.split(".")))
        grammar = _GRAMMAR.get(self.kind)
        fits = grammar is not None and len(self.kind) + len(self.value) < MAX_REF and grammar.match(self.value)
        if not fits or (len(self.value) > MAX_COMPONENT and max(map(len, self.parts)) > MAX_COMPONENT):
            self._explain()

    def _explain(self) -> None:
        """Raise ContractError that says which rule is broken."""
        if self.kind not in KINDS:
            raise ContractError("", f"unknown kind of reference {self.kind!r} in {str(self)[:80]!r}")
        if len(str(self)) > MAX_REF:
            raise ContractError("", f"a reference has at most {MAX_REF} characters, got {len(str(self))}")
        if len(self.parts) not in KINDS[self.kind]:
            wanted = " or ".join(map(str, KINDS[self.kind]))
            raise ContractError("", f"a {self.kind} reference has {wanted} dotted components, got {str(self)!r}")
        for part in self.parts:
            if not is_component(part):
                raise ContractError(
                    "",
                    f"component {part[:80]!r} of {str(self)[:80]!r} must be lower-case letters, digits and single "
                    f"hyphens, at most {MAX_COMPONENT}",
                )

    @staticmethod
    @lru_cache(maxsize=16_384)  # the same few owners stand on every line of a run
    def parse(text: str) -> "StableRef":
        """Read `kind:value`; raises ContractError when it is no reference."""
        kind, colon, value = text.partition(":")
        if not colon:
            raise ContractError("", f"expected kind:value, got {text[:80]!r}")
        return StableRef(kind, value)

    @property
    def name(self) -> str:
        """The last component."""
        return self.parts[-1]

    def owner(self, kind: str) -> "StableRef":
        """The reference of the project, run, stage or batch that this one lies in."""
        count = KINDS[kind][0]
        return StableRef.parse(f"{kind}:{'.'.join(self.parts[:count])}")  # parsed before, nearly always

    def lies_in(self, owner: "StableRef") -> bool:
        """Whether `owner` is a prefix of this reference, by whole components."""
        return self.parts[: len(owner.parts)] == owner.parts

    def __hash__(self) -> int:
        return hash(self.value)  # few kinds share one

    def __str__(self) -> str:
        return self.text
