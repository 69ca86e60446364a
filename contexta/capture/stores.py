"""The stores: explicit puts of context models and records, each one appended line."""

from pathlib import Path
from typing import Any

from contexta.capture.clock import now
from contexta.contract import (
    BatchExecution,
    ContextModel,
    DeploymentExecution,
    EnvironmentSnapshot,
    OperationContext,
    Project,
    Record,
    Run,
    SampleObservation,
    StageExecution,
)
from contexta.errors import ContextaError
from contexta.workspace.append import LineFile, claim
from contexta.workspace.layout import LEDGER, SEGMENTS, claim_of


class Ledger:
    """Appends puts to `metadata/ledger.jsonl`; a later put of the same reference is the new state. `fsync` as of `LineFile`."""

    def __init__(self, root: Path, *, fsync: bool = False) -> None:
        self.root = root
        self._fsync = fsync
        self._file = LineFile(root / LEDGER, fsync=fsync)

    def put(self, model: ContextModel, expected: type[ContextModel]) -> None:
        """Append one put; raises ContextaError when it is not the model expected or cannot be written."""
        if not isinstance(model, expected):
            raise ContextaError(f"expected a {expected.__name__}, got {type(model).__name__}")
        if model.inferred:
            raise ContextaError(f"{model.ref} is inferred: nothing says that it is so, and it cannot be put")
        try:
            if isinstance(model, Run | Project | DeploymentExecution):
                self.claim(str(model.ref))
            self.append(model)
        except OSError as error:
            raise ContextaError(f"{self._file.path}: {model.ref} cannot be written: {error.strerror}") from error

    def claim(self, name: str) -> bool:
        """Take a name; False when it was taken before. Raises OSError when it cannot be written."""
        return claim(claim_of(self.root, name), fsync=self._fsync)

    def append(self, model: ContextModel) -> None:
        """Append one put; raises OSError when it cannot be written."""
        line: dict[str, Any] = {"model": model.to_dict(), "put_at": now(), "ref": str(model.ref), "type": type(model).__name__}
        self._file.append(line)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


class _Store:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger


class ProjectStore(_Store):
    """Puts of projects."""

    def put_project(self, project: Project) -> None:
        """Write a project down."""
        self._ledger.put(project, Project)


class RunStore(_Store):
    """Puts of runs."""

    def put_run(self, run: Run) -> None:
        """Write a run's state down."""
        self._ledger.put(run, Run)


class StageStore(_Store):
    """Puts of stages."""

    def put_stage_execution(self, stage: StageExecution) -> None:
        """Write a stage's state down."""
        self._ledger.put(stage, StageExecution)


class BatchStore(_Store):
    """Puts of batches."""

    def put_batch_execution(self, batch: BatchExecution) -> None:
        """Write a batch's state down."""
        self._ledger.put(batch, BatchExecution)


class SampleStore(_Store):
    """Puts of samples."""

    def put_sample_observation(self, sample: SampleObservation) -> None:
        """Write down that a sample was seen."""
        self._ledger.put(sample, SampleObservation)


class OperationStore(_Store):
    """Puts of operations."""

    def put_operation_context(self, operation: OperationContext) -> None:
        """Write down that an operation was seen."""
        self._ledger.put(operation, OperationContext)


class DeploymentStore(_Store):
    """Puts of deployments."""

    def put_deployment_execution(self, deployment: DeploymentExecution) -> None:
        """Write a deployment's state down."""
        self._ledger.put(deployment, DeploymentExecution)


class EnvironmentStore(_Store):
    """Puts of environment snapshots."""

    def put_environment_snapshot(self, environment: EnvironmentSnapshot) -> None:
        """Write down what a run ran on."""
        self._ledger.put(environment, EnvironmentSnapshot)


class MetadataStore:
    """The metadata plane. What refers to an unknown owner is accepted: data arrives in any order."""

    def __init__(self, ledger: Ledger) -> None:
        self.projects = ProjectStore(ledger)
        self.runs = RunStore(ledger)
        self.stages = StageStore(ledger)
        self.batches = BatchStore(ledger)
        self.samples = SampleStore(ledger)
        self.operations = OperationStore(ledger)
        self.deployments = DeploymentStore(ledger)
        self.environments = EnvironmentStore(ledger)


class RecordStore:
    """The record plane: `records/segments/segment-NNNNNN.jsonl`, one segment a writer. `fsync` as of `LineFile`."""

    def __init__(self, root: Path, *, fsync: bool = False) -> None:
        self._folder = root / SEGMENTS
        self._fsync = fsync
        self._file: LineFile | None = None
        self._sequence = 0

    def append(self, record: Record) -> None:
        """Append one record; raises ContextaError when it is none or cannot be written."""
        if not isinstance(record, Record):
            raise ContextaError(f"expected a record, got {type(record).__name__}")
        try:
            if self._file is None:
                self._file = LineFile(_new_segment(self._folder, fsync=self._fsync), fsync=self._fsync)
            self._file.append({"appended_at": now(), "record": record.to_dict(), "sequence": self._sequence + 1})
        except OSError as error:
            raise ContextaError(f"{self._folder}: {record.envelope.record_ref} cannot be written: {error.strerror}") from error
        self._sequence += 1

    def close(self) -> None:
        """Let the segment go."""
        if self._file is not None:
            self._file.close()


def _new_segment(folder: Path, *, fsync: bool) -> Path:
    """A segment that no other writer has: the next free number."""
    taken = [path.name.partition(".")[0].removeprefix("segment-") for path in folder.glob("segment-*.jsonl*")]  # compressed or not
    number = max((int(text) for text in taken if text.isdigit()), default=0) + 1
    while not claim(folder / f"segment-{number:06}.jsonl", fsync=fsync):
        number += 1
    return folder / f"segment-{number:06}.jsonl"
