"""The kinds of scope, and what may be opened in each: run → stage → batch, sample, operation; deployments beside them."""

from contexta.capture.clock import now
from contexta.capture.scopes import Scope
from contexta.capture.session import Loss
from contexta.contract import (
    BatchExecution,
    OperationContext,
    SampleObservation,
    StableRef,
    StageExecution,
)
from contexta.contract.records import LOST_WRITES
from contexta.errors import ContractError


class SampleScope(Scope):
    """One item that is looked at."""

    FIELD = "sample_observation_ref"


class OperationScope(Scope):
    """A named piece of work, such as writing a checkpoint."""

    FIELD = "operation_context_ref"


class DeploymentScope(Scope):
    """One instance of an artifact put to use."""

    FIELD = "deployment_execution_ref"


class BatchScope(Scope):
    """One unit of data: an epoch, a chunk, a file."""

    FIELD = "batch_execution_ref"

    def sample(self, name: str, *, retention_class: str | None = None, redaction_profile: str | None = None) -> SampleScope:
        """Open a sample seen in this batch."""
        return _sample(self, name, self.ref.owner("stage"), self.ref, retention_class, redaction_profile)


class StageScope(Scope):
    """One step of a run."""

    FIELD = "stage_execution_ref"

    def batch(self, name: str) -> BatchScope:
        """Open a batch; one of a name that was opened here before gets a number."""
        ref, index = self._child("batch", name)
        model = BatchExecution(ref, self.ref.owner("run"), self.ref, ref.name, "open", now(), order_index=index)
        return BatchScope(self._session, self._session.begin(model), self._envelope, name)

    def sample(self, name: str, *, retention_class: str | None = None, redaction_profile: str | None = None) -> SampleScope:
        """Open a sample seen in this stage."""
        return _sample(self, name, self.ref, None, retention_class, redaction_profile)

    def operation(self, name: str) -> OperationScope:
        """Open an operation."""
        ref, _ = self._child("op", name)
        model = OperationContext(ref, self.ref.owner("run"), self.ref, ref.name, now())
        return OperationScope(self._session, self._session.begin(model), self._envelope, name)


class RunScope(Scope):
    """One execution of a program."""

    FIELD = "run_ref"

    def stage(self, name: str) -> StageScope:
        """Open a stage; one of a name that was opened here before gets a number."""
        ref, index = self._child("stage", name)
        model = StageExecution(ref, self.ref, ref.name, "open", now(), order_index=index)
        return StageScope(self._session, self._session.begin(model), self._envelope, name)

    def close(self, status: str = "completed") -> None:
        """End the run, telling first what could not be written; raises ContextaError when it has ended before."""
        self._check_open()
        self._session.tell_losses(self._tell_loss)
        Scope.close(self, status)

    def _tell_loss(self, where: str, loss: Loss) -> bool:
        return self._degraded(LOST_WRITES, "error", f"{loss.writes} writes were lost by {where}: {loss.first}", {"writes": loss.writes})


def _sample(
    scope: Scope, name: str, stage: StableRef, batch: StableRef | None, retention_class: str | None, redaction_profile: str | None
) -> SampleScope:
    if isinstance(name, str) and "." in name:
        raise ContractError("sample_name", f"must not contain dots, got {name!r}")
    ref, _ = scope._child("sample", name)
    model = SampleObservation(ref, stage.owner("run"), stage, ref.name, now(), batch, retention_class, redaction_profile)
    return SampleScope(scope._session, scope._session.begin(model), scope._envelope, name)
