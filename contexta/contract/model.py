"""What every model of the contract does: check itself against the tables, read itself from a dict, write itself back."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache, partial
from itertools import repeat
from typing import Any, ClassVar, Self, cast

from contexta.contract.fields import RULES, Rule, apply, is_before
from contexta.contract.refs import StableRef
from contexta.errors import ContractError

SCHEMA_VERSION = "1.0.0"

# Pairs of times that run in this order wherever a model has both.
_TIME_ORDER = (("started_at", "ended_at"), ("observed_at", "recorded_at"))

# Fields of ours that stand on no line.
_INTERNAL = frozenset({"unknown", "inferred"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Base of the contract's frozen dataclasses. `unknown` keeps the fields of a line that the model does not know.

    `LIES_IN` names pairs of ref fields of which the first carries the second as its prefix; `RULES` replaces the rule of a field.
    """

    unknown: Mapping[str, Any] = field(default_factory=dict, repr=False)

    LIES_IN: ClassVar[tuple[tuple[str, str], ...]] = ()
    RULES: ClassVar[Mapping[str, Rule]] = {}

    def __post_init__(self) -> None:
        for name, rule, required in _checks(type(self)):
            value = getattr(self, name)
            if value is None and not required:
                continue
            try:
                kept = rule(value)
            except ValueError:
                kept = apply(name, rule, value)  # raises, naming the field
            if kept is not value:
                object.__setattr__(self, name, kept)
        self._check_refs()
        self._check_times()

    def _check_refs(self) -> None:
        if self.LIES_IN:
            check_places(self.LIES_IN, partial(getattr, self))

    def _check_times(self) -> None:
        for first, last in _spans(cast(Hashable, type(self))):
            begin, end = getattr(self, first), getattr(self, last)
            if begin and end and is_before(end, begin):
                raise ContractError(last, f"{end} is before {first} {begin}")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The model that a line's object describes; fields it does not know are kept in `unknown`.

        Raises ContractError naming the field that is missing or breaks its rule.
        """
        if not isinstance(data, Mapping):
            raise ContractError("", f"expected an object, got {type(data).__name__}")
        known = _wire_fields(cls)
        values = {name: value for name, value in data.items() if value is not None and name in known}
        if not values.keys() >= _needed(cast(Hashable, cls)):
            raise ContractError(next(name for name, needed in known.items() if needed and name not in values), "is missing")
        unknown = {} if data.keys() <= known.keys() else {name: value for name, value in data.items() if name not in known}
        return cls(**values, unknown=unknown)

    @classmethod
    def all_of_checked(cls, count: int, **columns: Iterable[Any]) -> list[Self]:
        """So many models, of a column of values for each field; the fields without a column are as by default.

        Each value was found good before, and all values of one model together. To set a field of all models takes a third of the time
        that it takes to set all fields of each.
        """
        models = [*map(object.__new__, repeat(cls, count))]
        for name, put, default in _slots(cast(Hashable, cls)):
            column = columns[name] if name in columns else default(count)
            any(map(put, models, column))  # walked to its end, as putting gives None
        return models

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """This model with other values in some fields: just these are checked, and that they go with the rest.

        Raises ContractError as making it anew would, though perhaps for another of several faults.
        """
        cls = type(self)
        rules, other = _rule_of(cast(Hashable, cls)), object.__new__(cls)
        for name in (*rules, "unknown"):
            value = apply(name, rules[name], values[name]) if name in values else getattr(self, name)
            object.__setattr__(other, name, value)
        check_places([places for places in self.LIES_IN if places[0] in values or places[1] in values], partial(getattr, other))
        other._check_times()
        return other

    def to_dict(self) -> dict[str, Any]:
        """The object to write: references as text, fields that are None left out, unknown fields as they came."""
        return dict(self._wire())

    def _wire(self) -> Iterator[tuple[str, Any]]:
        for name in _wire_fields(type(self)):
            value = getattr(self, name)
            if value is not None:
                yield name, _plain(value)
        yield from self.unknown.items()


def check_places(lies_in: Iterable[tuple[str, str]], get: Callable[[str], StableRef | None]) -> None:
    """Raise ContractError where a reference does not carry the one that it should lie in as its prefix."""
    for inner, outer in lies_in:
        ref, owner = get(inner), get(outer)
        if ref is None or owner is None or len(ref.parts) <= len(owner.parts):
            continue  # a sample owned by its stage may still name the batch it was seen in
        if not ref.lies_in(owner):
            raise ContractError(inner, f"{str(ref)!r} does not lie in {outer} {str(owner)!r}")


def nested(cls: type[Model]) -> Rule:
    """The rule that a value is a model of this class, or the object that describes one."""

    def rule(value: Any) -> Model:
        return value if isinstance(value, cls) else cls.from_dict(value)

    return rule


def _plain(value: Any) -> Any:
    if isinstance(value, StableRef):
        return str(value)
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _wire_fields(cls: type[Any]) -> Mapping[str, bool]:
    """Name of every field that stands on a line → whether it must."""
    return _required(cast(Hashable, cls))


@cache
def _required(cls: Any) -> Mapping[str, bool]:
    own = (item for item in fields(cls) if item.name not in _INTERNAL)
    return {item.name: item.default is MISSING and item.default_factory is MISSING for item in own}


@cache
def _needed(cls: Any) -> frozenset[str]:
    return frozenset(name for name, needed in _required(cls).items() if needed)


@cache
def _spans(cls: Any) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in _TIME_ORDER if set(pair) <= _required(cls).keys())


def _checks(cls: type[Any]) -> tuple[tuple[str, Rule, bool], ...]:
    return _rules(cast(Hashable, cls))


@cache
def _rules(cls: Any) -> tuple[tuple[str, Rule, bool], ...]:
    return tuple((name, cls.RULES.get(name) or RULES[name], required) for name, required in _required(cls).items())


@cache
def _rule_of(cls: Any) -> Mapping[str, Rule]:
    return {name: rule for name, rule, _ in _rules(cls)}


@cache
def _slots(cls: Any) -> tuple[tuple[str, Callable[[Any, Any], None], Callable[[int], Iterable[Any]]], ...]:
    """Name of every field, what puts a value there, and what makes a column of its default."""
    return tuple((item.name, getattr(cls, item.name).__set__, partial(_defaults, item)) for item in fields(cls))


def _defaults(item: Field[Any], count: int) -> Iterable[Any]:
    make = item.default_factory
    return repeat(item.default, count) if make is MISSING else (make() for _ in range(count))
