"""Every Python block of the page that defines the format, run as it stands there."""

import hashlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from contexta import Contexta
from contexta.cli import main
from contexta.contract import BatchExecution, DeploymentExecution, Run, StageExecution
from tests.conftest import CHECKOUT

PAGE = CHECKOUT / "tests" / "data" / "seed_page.txt"

_CODE = re.compile(r"(from|import|for|print|ctx\.|\w+ = |\"\"\")")


def _blocks() -> list[str]:
    """The page's code: runs of paragraphs that begin like Python. The long example at its end is the last block."""
    tabs, example = PAGE.read_text(encoding="utf-8").split('"""Train two real SVM', 1)
    blocks: list[str] = []
    joined = False
    for paragraph in re.split(r"\n\n+", tabs):
        if _CODE.match(paragraph):
            blocks[-1:] = [f"{blocks[-1]}\n\n{paragraph}"] if joined else [*blocks[-1:], paragraph]
            joined = True
        else:
            joined = False
    return [*blocks, '"""Train two real SVM' + example.rstrip() + "\n"]


def _indented(block: str) -> str:
    """The block with the one level of indentation that the page lost: below a line that ends in a colon."""
    lines = block.splitlines()
    return "\n".join(f"    {line}" if before.endswith(":") else line for before, line in zip(["", *lines], lines, strict=False))


def _bare(code: str) -> str:
    """Code without white space, which is all that the page lost of it."""
    return re.sub(r"\s+", "", code)


def test_the_page_has_the_blocks_that_it_seems_to_have() -> None:
    kinds = (
        "put_batch_execution",
        "list_batches",
        "put_sample_observation",
        "list_samples",
        "put_deployment_execution",
        "list_deployments",
    )
    blocks = _blocks()
    assert [next((kind for kind in kinds if kind in block), "report") for block in blocks[:-1]] == [*kinds, "report"]
    assert "candidates" in blocks[-1]


def test_the_short_blocks_run_in_order_in_one_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"ctx": Contexta(config={"project_name": "my-proj"})}
    for block in _blocks()[:-1]:
        exec(compile(_indented(block), "seed page", "exec"), names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[:3] == [
        "epoch-0 completed 2025-01-01T00:01:00Z",
        "s-0001 2025-01-01T00:01:30Z",
        "model-v1 completed run:my-proj.run-01",
    ]
    assert printed[3:10] == ["Run Summary", "Stages", "Artifacts", "Batches", "Deployments", "Samples", "Diagnostics"]


def test_the_example_script_is_the_page_s_workflow_with_its_indentation_restored() -> None:
    script = (CHECKOUT / "site_example" / "iris_svm.py").read_text(encoding="utf-8")
    assert _bare(script) == _bare(_blocks()[-1])


def test_the_workflow_prints_its_six_lines_and_shows_both_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.chdir(tmp_path)
    exec((CHECKOUT / "site_example" / "iris_svm.py").read_text(encoding="utf-8"), {"__name__": "__main__"})
    assert capsys.readouterr().out.splitlines() == [
        "Compared runs: run:iris-svm.linear-svm vs run:iris-svm.rbf-svm",
        "Accuracy: 0.978 -> 0.956",
        "Delta: -0.022",
        "Selected run: run:iris-svm.linear-svm",
        "Records: .contexta/cache/capture/record.jsonl",
        "Artifacts: .contexta/cache/capture/artifact.jsonl",
    ]
    assert CliRunner().invoke(main, ["build", "-o", "site", "--format", "md"]).exit_code == 0
    for name, accuracy in (("linear-svm", "0.9777777777777777"), ("rbf-svm", "0.9555555555555556")):
        page = Path(f"site/runs/iris-svm.{name}.md").read_text(encoding="utf-8")
        model = Path(".contexta/models") / f"{name}.pkl"
        assert "**✓ completed**" in page
        assert "inferred" not in page
        assert accuracy in page
        assert "✓ present" in page
        assert f"{model.stat().st_size / 1000:.1f} KB" in page
        assert hashlib.sha256(model.read_bytes()).hexdigest() in page


CASES = [
    ("batch", "failed", ("error", "failed_batch")),
    ("batch", "open", ("warning", "incomplete_batch")),
    ("batch", "completed", None),
    ("batch", "cancelled", None),
    ("deployment", "failed", ("error", "failed_deployment")),
    ("deployment", "completed", None),
    ("deployment", "open", None),
]


@pytest.mark.parametrize(("what", "status", "expected"), CASES)
def test_the_diagnostics_table_holds(what: str, status: str, expected: tuple[str, str] | None, tmp_path: Path) -> None:
    ctx = Contexta(tmp_path, config={"project_name": "my-proj"})
    _put(ctx, what, status)
    keys = {(issue.severity, issue.key) for issue in ctx.diagnose_run("run:my-proj.run-01").issues}
    table = {("error", "failed_batch"), ("warning", "incomplete_batch"), ("error", "failed_deployment")}
    assert keys & table == ({expected} if expected else set())


def _put(ctx: Contexta, what: str, status: str) -> None:
    ended = {} if status == "open" else {"ended_at": "2025-01-01T01:00:00Z"}
    life = {"status": status, "started_at": "2025-01-01T00:00:00Z", **ended}
    run = {"run_ref": "run:my-proj.run-01", "project_ref": "project:my-proj", "name": "run-01"}
    ctx.metadata_store.runs.put_run(Run.from_dict({**run, **life, "status": "open", "ended_at": None}))
    stage = {"stage_execution_ref": "stage:my-proj.run-01.train", "run_ref": "run:my-proj.run-01", "stage_name": "train"}
    ctx.metadata_store.stages.put_stage_execution(StageExecution.from_dict({**stage, **life, "status": "open", "ended_at": None}))
    if what == "batch":
        batch = {**stage, "batch_execution_ref": "batch:my-proj.run-01.train.b", "batch_name": "b"}
        ctx.metadata_store.batches.put_batch_execution(BatchExecution.from_dict({**batch, **life}))
    else:
        deployment = {"deployment_execution_ref": "deployment:my-proj.v1", "project_ref": "project:my-proj", "deployment_name": "v1"}
        model = DeploymentExecution.from_dict({**deployment, **life, "run_ref": "run:my-proj.run-01"})
        ctx.metadata_store.deployments.put_deployment_execution(model)
