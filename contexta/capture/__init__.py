"""The SDK: what a program opens to write down its runs, and to ask what a workspace holds."""

from contexta.capture.client import Config, Contexta, Diagnosis
from contexta.capture.hierarchy import BatchScope, DeploymentScope, OperationScope, RunScope, SampleScope, StageScope
from contexta.capture.reports import Report
from contexta.capture.scopes import Scope, current_scope
from contexta.capture.sinks import InMemorySink, LocalJsonlSink, Sink
from contexta.capture.spans import Span

__all__ = [
    "BatchScope",
    "Config",
    "Contexta",
    "DeploymentScope",
    "Diagnosis",
    "InMemorySink",
    "LocalJsonlSink",
    "OperationScope",
    "Report",
    "RunScope",
    "SampleScope",
    "Scope",
    "Sink",
    "Span",
    "StageScope",
    "current_scope",
]
