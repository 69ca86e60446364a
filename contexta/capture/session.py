"""What all scopes of one `Contexta` share: the ledger, the sinks, and the rule that capturing never ends a training."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from contexta.capture.outcome import reason
from contexta.capture.sinks import Sink
from contexta.capture.stores import Ledger
from contexta.contract import ContextModel, StableRef
from contexta.errors import ContractError
from contexta.workspace.layout import claim_of

M = TypeVar("M", bound=ContextModel)


@dataclass(frozen=True, slots=True)
class Loss:
    """How many writes failed, and what the first failure said."""

    writes: int
    first: str


class Session:
    """Writes what scopes say. What cannot be written is warned of once, counted, and told when it can be."""

    def __init__(self, root: Path, ledger: Ledger, sinks: Sequence[Sink]) -> None:
        self.root = root
        self.sinks = sinks
        self.known: dict[StableRef, ContextModel] = {}
        self._losses: dict[str, Loss] = {}
        self._warned: set[str] = set()
        self._claimed: set[str] = set()
        self._ledger = ledger

    def begin(self, model: M) -> M:
        """Write down that a scope is open; one that an earlier process left is taken up where it was."""
        before = self.known.get(model.ref)
        if isinstance(before, type(model)):
            again: dict[str, Any] = {"status": "open", "ended_at": None} if hasattr(before, "status") else {}
            model = replace(before, inferred=False, extensions=model.extensions or before.extensions, **again)
        self.put(model)
        return model

    def known_children(self, owner: StableRef, kind: str) -> int:
        """How many children of a kind an earlier process left in a scope that is taken up again."""
        return sum(ref.kind == kind and ref.lies_in(owner) for ref in self.known)

    def tell_losses(self, tell: Callable[[str, Loss], bool]) -> None:
        """Tell what was lost since it was last told, by where; `tell` says whether any sink took note, else it is told later."""
        losses, self._losses = self._losses, {}
        for where, loss in losses.items():
            if not tell(where, loss):
                self._count(where, loss)

    def put(self, model: ContextModel) -> None:
        """Append a model's state to the ledger."""
        self._try("the ledger", lambda: self._ledger.append(model))

    def emit(self, family: str, payload: Mapping[str, Any], payload_type: str, payload_ref: str) -> bool:
        """Hand a payload to every sink; whether any took it."""
        taken = False
        for sink in self.sinks:
            try:
                sink.capture(family, payload, payload_type, payload_ref)
                taken = True
            except ContractError:
                raise  # what was to be recorded is at fault, not the sink
            except Exception as error:  # a sink is anyone's code: whatever it raises must not end the training
                self._lost(f"sink {getattr(sink, 'name', type(sink).__name__)}", error)
        return taken

    def is_claimed(self, name: str) -> bool:
        """Whether a name was taken before, as far as the disk lets one look."""
        with suppress(OSError):
            return claim_of(self.root, name).exists()
        return False

    def claim(self, name: str) -> bool:
        """Take a name; False when it was taken before. Where the disk refuses, only this process knows of it."""
        if name in self._claimed:
            return False
        self._claimed.add(name)
        return bool(self._try("the ledger", lambda: self._ledger.claim(name), otherwise=True))

    def _try(self, where: str, write: Callable[[], Any], *, otherwise: Any = None) -> Any:
        try:
            return write()
        except OSError as error:
            self._lost(where, error)
            return otherwise

    def _lost(self, where: str, error: Exception) -> None:
        words = reason(error)
        if where not in self._warned:
            self._warned.add(where)
            warnings.warn(f"contexta: {where} cannot write ({words}); the program goes on, what is lost is counted", stacklevel=5)
        self._count(where, Loss(1, words))

    def _count(self, where: str, loss: Loss) -> None:
        before = self._losses.get(where)
        self._losses[where] = Loss(before.writes + loss.writes, before.first) if before else loss
