"""Files → manifests: their place, size and SHA-256, and files that are not there."""

import hashlib
from pathlib import Path

import pytest

from contexta import Contexta
from contexta.capture import InMemorySink
from contexta.contract import Artifact, StableRef
from contexta.errors import ContextaError, ContractError

CONTENT = b"weights" * 1000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / ".contexta"


@pytest.fixture
def ctx(root: Path) -> Contexta:
    return Contexta(root, config={"project_name": "p"})


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CONTENT)
    return path


def _only(ctx: Contexta, run: StableRef) -> Artifact:
    (artifact,) = ctx.get_run_snapshot(run).artifacts
    return artifact


def test_size_and_hash_are_taken_and_read_back(ctx: Contexta, root: Path) -> None:
    with ctx.run("x") as run:
        manifest = run.register_artifact("model", _file(root / "models" / "m.bin"), attributes={"candidate": "svm"})
    artifact = _only(ctx, run.ref)
    assert artifact.manifest == manifest
    assert (manifest.size_bytes, manifest.hash_value) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert (artifact.binding_status, artifact.existed, artifact.in_workspace) == ("BOUND", True, True)
    assert manifest.attributes == {"candidate": "svm"}


def test_an_empty_file_has_a_size_and_a_hash_too(ctx: Contexta, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with ctx.run("x") as run:
        manifest = run.register_artifact("log", tmp_path / "empty")
    assert (manifest.size_bytes, manifest.hash_value) == (0, hashlib.sha256(b"").hexdigest())


def test_a_place_inside_the_workspace_is_kept_relative_and_one_outside_absolute(ctx: Contexta, root: Path, tmp_path: Path) -> None:
    with ctx.run("x") as run:
        inside = run.register_artifact("model", _file(root / "models" / "m.bin"))
        outside = run.register_artifact("model", _file(tmp_path / "elsewhere" / "m.bin"))
    assert inside.location_ref == "path:models/m.bin"
    assert outside.location_ref == f"path:{tmp_path}/elsewhere/m.bin"


def test_a_relative_path_is_taken_from_the_current_folder(
    ctx: Contexta, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _file(root / "m.bin")
    _file(tmp_path / "n.bin")
    monkeypatch.chdir(tmp_path)
    with ctx.run("x") as run:
        assert run.register_artifact("model", ".contexta/../.contexta/m.bin").location_ref == "path:m.bin"
        assert run.register_artifact("model", "n.bin").location_ref == f"path:{tmp_path}/n.bin"


def test_an_artifact_names_the_scope_it_was_made_in(ctx: Contexta, tmp_path: Path) -> None:
    path = _file(tmp_path / "m.bin")
    with ctx.run("x") as run, run.stage("train") as stage, stage.batch("epoch-0") as batch:
        manifest = batch.register_artifact("checkpoint", path)
    assert manifest.batch_execution_ref == batch.ref
    assert manifest.stage_execution_ref == stage.ref
    assert manifest.run_ref == run.ref


def test_a_deployment_names_the_artifact_that_it_deploys(ctx: Contexta, tmp_path: Path) -> None:
    with ctx.run("x") as run:
        manifest = run.register_artifact("model", _file(tmp_path / "m.bin"))
    with ctx.deployment("d", run_ref=run.ref, artifact_ref=manifest.artifact_ref):
        pass
    (deployment,) = ctx.get_run_snapshot(run.ref).deployments
    assert (deployment.artifact_ref, deployment.run_id) == (manifest.artifact_ref, "run:p.x")


@pytest.mark.parametrize("kind", ["model", "Model Bundle", "a" * 49 + " and so on, at length"])
def test_a_kind_is_free_text_and_makes_a_reference_of_its_own(ctx: Contexta, tmp_path: Path, kind: str) -> None:
    path = _file(tmp_path / "m.bin")
    with ctx.run("x") as run:
        manifests = [run.register_artifact(kind, path) for _ in range(2)]
    assert [manifest.artifact_kind for manifest in manifests] == [kind, kind]
    assert len({manifest.artifact_ref for manifest in manifests}) == 2
    assert len(ctx.get_run_snapshot(run.ref).artifacts) == 2


@pytest.mark.parametrize("what", ["nothing", "a folder"])
def test_what_is_no_file_is_refused_in_a_sentence_and_nothing_is_written(ctx: Contexta, root: Path, tmp_path: Path, what: str) -> None:
    path = tmp_path / "m.bin"
    if what == "a folder":
        path.mkdir()
    with ctx.run("x") as run, pytest.raises(ContextaError, match=r"m\.bin is no file that could be registered; pass allow_missing=True"):
        run.register_artifact("model", path)
    assert not (root / "cache" / "capture" / "artifact.jsonl").exists()


def test_a_file_that_comes_later_may_be_registered_and_is_told_as_missing_until_it_is_there(ctx: Contexta, root: Path) -> None:
    path = root / "later.bin"
    with ctx.run("x") as run:
        manifest = run.register_artifact("model", path, allow_missing=True)
    assert (manifest.size_bytes, manifest.hash_value) == (None, None)
    assert _only(ctx, run.ref).binding_status == "PENDING"
    assert "missing_artifact" in [issue.key for issue in ctx.diagnose_run(run.ref).issues]
    _file(path)
    assert "missing_artifact" not in [issue.key for issue in ctx.diagnose_run(run.ref).issues]


def test_a_missing_file_outside_the_workspace_is_told_too(ctx: Contexta, tmp_path: Path) -> None:
    with ctx.run("x") as run:
        run.register_artifact("model", tmp_path / "nowhere.bin", allow_missing=True)
    assert "missing_artifact" in [issue.key for issue in ctx.diagnose_run(run.ref).issues]


@pytest.mark.parametrize("kind", ["", "  ", "日本"])
def test_a_kind_that_makes_no_reference_is_refused(ctx: Contexta, tmp_path: Path, kind: str) -> None:
    with ctx.run("x") as run, pytest.raises(ContractError) as refused:
        run.register_artifact(kind, _file(tmp_path / "m.bin"))
    assert refused.value.field == "artifact_kind"


def test_every_sink_gets_the_manifest_as_the_format_frames_it(root: Path, tmp_path: Path) -> None:
    sink = InMemorySink()
    with Contexta(root, config={"project_name": "p"}, sinks=[sink]).run("x") as run:
        manifest = run.register_artifact("model", _file(root / "m.bin"))
    (frame,) = [frame for frame in sink.frames if frame["family"] == "ARTIFACT"]
    payload = frame["payload"]
    assert frame["payload_ref"] == str(manifest.artifact_ref)
    assert payload.keys() == {"manifest", "binding_status", "request", "source"}
    assert payload["manifest"] == manifest.to_dict()
    assert payload["source"] == {"kind": "PATH", "uri": "m.bin", "exists": True}
