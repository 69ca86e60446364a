"""What every model of the contract does: check itself against the tables, read itself from a dict, write itself back."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache, partial
from itertools import repeat
from operator import attrgetter
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar, cast

from contexta.contract.fields import RULES, Rule, apply, is_before
from contexta.contract.refs import StableRef
from contexta.errors import BackwardTime, ContractError

SCHEMA_VERSION = "1.0.0"

# Versions that begin so only add fields, which are kept as they come.
_KNOWN_SCHEMA = SCHEMA_VERSION.partition(".")[0] + "."

# Pairs of times that run in this order wherever a model has both.
_TIME_ORDER = (("started_at", "ended_at"), ("observed_at", "recorded_at"))

# What sets a field of a model: (model, value).
_Setter = Callable[[Any, Any], None]

# What makes the default of a field.
_Default = Callable[[], Any]

# Pairs of fields; and a pair with what gets its values.
_Pairs = tuple[tuple[str, str], ...]
_Both = tuple[tuple[str, str], Callable[[Any], tuple[Any, Any]]]

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
        if spans := _spans(cast(Hashable, type(self))):
            check_spans(spans, partial(getattr, self))

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
    def of_checked(cls, **values: Any) -> Self:
        """A model of values each of which was found good before, and all of them together; the other fields are as by default."""
        model = object.__new__(cls)
        for name, put, default in _slots(cast(Hashable, cls)):
            put(model, values[name] if name in values or default is None else default())
        return model

    @classmethod
    def all_of_checked(cls, count: int, **columns: Iterable[Any]) -> list[Self]:
        """So many models, of a column of values for each field; else as `of_checked`.

        To set a field of all models takes a third of the time that it takes to set all fields of each.
        """
        models = [*map(object.__new__, repeat(cls, count))]
        for name, put, default in _slots(cast(Hashable, cls)):
            column = columns[name] if name in columns or default is None else (default() for _ in models)
            any(map(put, models, column))  # walked to its end, as putting gives None
        return models

    def to_dict(self) -> dict[str, Any]:
        """The object to write: references as text, fields that are None left out, unknown fields as they came."""
        return dict(self._wire())

    def _wire(self) -> Iterator[tuple[str, Any]]:
        for name in _wire_fields(type(self)):
            value = getattr(self, name)
            if value is not None:
                yield name, _plain(value)
        yield from self.unknown.items()


M = TypeVar("M", bound=Model)


class _Field(NamedTuple):
    """A field of a class: its rule, what makes its default (None where it must be given), what sets it."""

    name: str
    rule: Rule
    default: _Default | None
    put: _Setter


class _Division(NamedTuple):
    """The fields of a class, parted into those that many models share and those that are each model's own, and the pairs of either."""

    shared: tuple[_Field, ...]
    own: tuple[_Field, ...]
    shared_places: _Pairs
    own_places: tuple[_Both, ...]
    shared_spans: _Pairs
    own_spans: tuple[_Both, ...]


@cache
def _divided(cls: Any, own: tuple[str, ...]) -> _Division:
    setters, defaults = _setters(cls), _defaults(cls)
    every = {name: _Field(name, rule, defaults.get(name), setters[name]) for name, rule in _rule_of(cls).items()}
    shared = tuple(item for name, item in every.items() if name not in own)
    return _Division(shared, tuple(every[name] for name in own), *_parted(cls.LIES_IN, own), *_parted(_spans(cls), own))


def _parted(pairs: _Pairs, own: tuple[str, ...]) -> tuple[_Pairs, tuple[_Both, ...]]:
    """The pairs of which neither is among these fields, and the others, with what gets their values."""
    same = tuple(pair for pair in pairs if set(pair).isdisjoint(own))
    return same, tuple((pair, attrgetter(*pair)) for pair in pairs if pair not in same)


@dataclass(frozen=True, slots=True)
class Pattern(Generic[M]):
    """What parts of records have in common, checked once: of each of them just its own fields are checked, and that they go with the rest.

    Whatever is at fault is told by ValueError, in whichever words: those of the contract are to be had from a whole check.
    """

    cls: type[M]
    same: tuple[tuple[_Setter, Any], ...]
    division: _Division

    @classmethod
    def of(cls, model: type[M], own: tuple[str, ...], shared: Mapping[str, Any]) -> Self:
        """The pattern of models whose objects say `shared` beside their own fields."""
        kind = cast(Hashable, model)
        division, rules, setters = _divided(kind, own), _rule_of(kind), _setters(kind)
        same: dict[str, Any] = {name: _kept(shared.get(name), rule, default) for name, rule, default, _ in division.shared}
        check_places(division.shared_places, same.get)
        check_spans(division.shared_spans, same.get)
        same["unknown"] = {name: value for name, value in shared.items() if name not in rules}
        return cls(model, tuple([(setters[name], value) for name, value in same.items()]), division)

    def of_checked(self, values: Iterable[object]) -> M:
        """The model with these values in its own fields, which were found good before."""
        made = self._begun()
        for item, value in zip(self.division.own, values, strict=True):
            item.put(made, value)
        return made

    def _begun(self) -> M:
        """A model that has all but its own fields."""
        made = object.__new__(self.cls)
        for put, value in self.same:
            put(made, value)
        return made

    def model(self, values: Iterable[object]) -> M:
        """The model with these values in its own fields."""
        made = self._begun()
        _, own, _, places, _, spans = self.division
        for (_, rule, default, put), value in zip(own, values, strict=True):
            put(made, rule(value) if value is not None else _kept(None, rule, default))
        for pair, both in places:
            if _is_astray(*both(made)):
                check_places((pair,), partial(getattr, made))
        for pair, both in spans:
            if _is_backward(*both(made)):
                check_spans((pair,), partial(getattr, made))
        return made


def _kept(value: object, rule: Rule, default: _Default | None) -> object:
    """A value as a model keeps it; what is None is as by default."""
    if value is not None:
        return rule(value)
    if default is None:
        raise ValueError("is missing")
    return default()


def is_known_schema(version: str) -> bool:
    """Whether what says this `schema_version` means by its fields what this contract does."""
    return version.startswith(_KNOWN_SCHEMA)


def check_spans(spans: Iterable[tuple[str, str]], get: Callable[[str], str | None]) -> None:
    """Raise BackwardTime where the second of two times is before the first."""
    for first, last in spans:
        begin, end = get(first), get(last)
        if _is_backward(begin, end):
            raise BackwardTime(last, f"{end} is before {first} {begin}")


def check_places(lies_in: Iterable[tuple[str, str]], get: Callable[[str], StableRef | None]) -> None:
    """Raise ContractError where a reference does not carry the one that it should lie in as its prefix."""
    for inner, outer in lies_in:
        ref, owner = get(inner), get(outer)
        if _is_astray(ref, owner):
            raise ContractError(inner, f"{str(ref)!r} does not lie in {outer} {str(owner)!r}")


def _is_backward(begin: str | None, end: str | None) -> bool:
    return begin is not None and end is not None and is_before(end, begin)


def _is_astray(ref: StableRef | None, owner: StableRef | None) -> bool:
    if ref is None or owner is None or ref.lies_in(owner):
        return False
    return ref.depth > owner.depth  # a sample owned by its stage may still name the batch it was seen in


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
def _setters(cls: Any) -> Mapping[str, _Setter]:
    """What sets each field of a new model, frozen as it is: the descriptors of its slots, the quickest way."""
    return {item.name: getattr(cls, item.name).__set__ for item in fields(cls)}


@cache
def _slots(cls: Any) -> tuple[tuple[str, _Setter, _Default | None], ...]:
    return tuple((name, put, _defaults(cls).get(name)) for name, put in _setters(cls).items())


@cache
def _rule_of(cls: Any) -> Mapping[str, Rule]:
    return {name: rule for name, rule, _ in _rules(cls)}


@cache
def _defaults(cls: Any) -> Mapping[str, _Default]:
    made = {item.name: item.default_factory for item in fields(cls) if item.default_factory is not MISSING}
    return made | {item.name: partial(_same, item.default) for item in fields(cls) if item.default is not MISSING}


def _same(value: Any) -> Any:
    return value
