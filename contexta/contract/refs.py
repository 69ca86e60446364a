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


def _fits(kind: str, value: str) -> bool:
    """Whether these make a reference."""
    grammar = _GRAMMAR.get(kind)
    if grammar is None or len(kind) + len(value) >= MAX_REF or not grammar.match(value):
        return False
    return len(value) <= MAX_COMPONENT or max(map(len, value.split("."))) <= MAX_COMPONENT


@dataclass(frozen=True, order=True, slots=True)
class StableRef:
    """A reference such as `batch:my-proj.run-01.train.epoch-0`; `text` is the whole.

    Raises ContractError when the kind is unknown, a component breaks the grammar, or their number does not fit.
    """

    kind: str
    value: str
    text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", f"{self.kind}:{self.value}")
        if not _fits(self.kind, self.value):
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
    @lru_cache(maxsize=4096)  # the same few owners stand on every line of a run
    def parse(text: str) -> "StableRef":
        """Read `kind:value`; raises ContractError when it is no reference."""
        return StableRef.read(text)

    @staticmethod
    def read(text: str) -> "StableRef":
        """Parse without remembering: for names that stand once, such as those of records, which would drive the others out."""
        kind, colon, value = text.partition(":")
        if not colon:
            raise ContractError("", f"expected kind:value, got {text[:80]!r}")
        if not _fits(kind, value):
            return StableRef(kind, value)  # raises
        return _put_together(kind, value, text)

    @staticmethod
    def known(text: str) -> "StableRef":
        """A reference of which only the length is not known to be good; raises ContractError when that is not."""
        return _put_together(*text.partition(":")[::2], text) if len(text) <= MAX_REF else StableRef.read(text)

    @property
    def parts(self) -> tuple[str, ...]:
        """The components, owner first."""
        return tuple(self.value.split("."))

    @property
    def depth(self) -> int:
        """How many components there are."""
        return self.value.count(".") + 1

    @property
    def name(self) -> str:
        """The last component."""
        return self.value.rpartition(".")[2]

    def owner(self, kind: str) -> "StableRef":
        """The reference of the project, run, stage or batch that this one lies in."""
        count = KINDS[kind][0]
        return StableRef.parse(f"{kind}:{'.'.join(self.value.split('.', count)[:count])}")  # parsed before, nearly always

    def lies_in(self, owner: "StableRef") -> bool:
        """Whether `owner` is a prefix of this reference, by whole components."""
        return self.value == owner.value or self.value.startswith(f"{owner.value}.")

    def __hash__(self) -> int:
        return hash(self.value)  # few kinds share one

    def __str__(self) -> str:
        return self.text


_PUT_KIND, _PUT_VALUE, _PUT_TEXT = (getattr(StableRef, name).__set__ for name in StableRef.__slots__)


def _put_together(kind: str, value: str, text: str) -> StableRef:
    """A reference that was found to be one: not checked again."""
    ref = object.__new__(StableRef)
    _PUT_KIND(ref, kind)
    _PUT_VALUE(ref, value)
    _PUT_TEXT(ref, text)
    return ref
