"""What a run says of itself beyond the contract's fields: an extension of its own namespace."""

from collections.abc import Mapping
from typing import Any

from contexta.contract.context import Run

NAMESPACE = "contexta.run"

# The fields of the extension, in reading order → how to call them.
DETAILS = {
    "code_revision": "Code revision",
    "dataset_ref": "Dataset",
    "tags": "Tags",
    "metadata": "Metadata",
    "config_snapshot": "Config",
}


def details_extension(values: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The extension that holds these details; none when all are empty."""
    kept = {name: value for name in DETAILS if (value := values.get(name))}
    return ({"namespace": NAMESPACE, **kept},) if kept else ()


def run_details(run: Run) -> Mapping[str, Any]:
    """The details that a run holds, in reading order."""
    found = next((extension for extension in run.extensions if extension["namespace"] == NAMESPACE), {})
    return {name: found[name] for name in DETAILS if name in found}
