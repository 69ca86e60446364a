"""`contexta-report` as a person or a pipeline meets it: exit codes, one sentence on stderr, nothing printed that was not asked for."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from contexta import __version__, cli
from tests.conftest import CHECKOUT
from tests.site import BESIDE, put_deployment, put_run, tree, workspace_of

OK, GATE, USAGE, UNREADABLE = 0, 1, 2, 3
COMMAND = "from contexta.cli import main; main()"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where a site goes."""
    return tmp_path / "site"


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    """A workspace with a run that failed."""
    return workspace_of(tmp_path / "failed", put_run("p", "one", status="failed"))


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Two projects of two runs and a deployment."""
    puts = [put_run(project, name) for project in ("alpha", "beta") for name in ("one", "two")]
    return workspace_of(tmp_path / "several", *puts, put_deployment("alpha", "live", "one"))


@pytest.fixture
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example: three runs of digits-mlp, the last of which failed, and two of another project."""
    example = CHECKOUT / "site_example" / ".contexta"
    return Path(shutil.copytree(example, tmp_path_factory.mktemp("workspace") / "digits", ignore=shutil.ignore_patterns("report")))


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


def process(*words: str | Path, code: str = COMMAND) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, check=False, env=environment())


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONWARNINGS": "error"}


def assert_refused(result: Result, code: int, *said: str) -> None:
    """One sentence on stderr that says these things, the exit code, nothing on stdout and no traceback."""
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    last = result.stderr.rstrip("\n").splitlines()[-1]
    assert re.match(r"contexta-report: |Error: ", last)
    assert [one for one in said if one not in last] == []
    assert "Traceback" not in result.stderr


def assert_one_line(result: Result) -> None:
    assert len(result.stderr.splitlines()) == 1


# What cannot be read


def test_a_folder_that_is_not_there_cannot_be_read(tmp_path: Path, out: Path) -> None:
    result = call("build", tmp_path / "nowhere", "-o", out)
    assert_refused(result, UNREADABLE, "nowhere does not exist", ".contexta")
    assert_one_line(result)


def test_a_file_is_no_workspace(tmp_path: Path, out: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    assert_refused(call("build", tmp_path / "file", "-o", out), UNREADABLE, "is a file, not a folder")


def test_an_empty_folder_is_no_workspace(tmp_path: Path, out: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_refused(call("build", tmp_path / "empty", "-o", out), UNREADABLE, "empty is no workspace", "the folder is empty")


def test_a_folder_of_something_else_is_no_workspace(tmp_path: Path, out: Path) -> None:
    (tmp_path / "notes.txt").write_text("x", "utf-8")
    assert_refused(call("build", tmp_path, "-o", out), UNREADABLE, "is no workspace", "cache/capture/*.jsonl")


def test_the_folder_above_a_workspace_names_the_one_that_was_meant(tmp_path: Path, out: Path) -> None:
    workspace_of(tmp_path / ".contexta", put_run("p", "one"))
    assert_refused(call("build", tmp_path, "-o", out), UNREADABLE, f"{tmp_path / '.contexta'} is one; give that")


def test_the_workspace_is_dot_contexta_unless_given(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace_of(tmp_path / ".contexta", put_run("p", "one"))
    monkeypatch.chdir(tmp_path)
    assert call("build", "-o", out).exit_code == OK
    assert call("run", "one", "--format", "md").exit_code == OK


def test_a_missing_default_workspace_is_said(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused(call("build", "-o", out), UNREADABLE, ".contexta does not exist")


def test_run_says_the_same_of_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    assert_refused(call("run", "latest", tmp_path / "nowhere"), UNREADABLE, "nowhere does not exist")


def test_nothing_is_written_for_a_workspace_that_cannot_be_read(tmp_path: Path, out: Path) -> None:
    call("build", tmp_path / "nowhere", "-o", out)
    assert not out.exists()


# Wrong usage


def test_an_unknown_run_is_refused_with_the_nearest(iris: Path) -> None:
    result = call("run", "linear", iris)
    assert_refused(result, USAGE, "no run 'linear'", "run:iris-svm.linear-svm")
    assert_one_line(result)


def test_build_refuses_an_unknown_run_with_the_nearest(iris: Path, out: Path) -> None:
    assert_refused(call("build", iris, "-o", out, "--run", "rbf"), USAGE, "no run 'rbf'", "run:iris-svm.rbf-svm")
    assert not out.exists()


def test_an_ambiguous_run_is_refused_with_what_it_may_mean(several: Path) -> None:
    assert_refused(call("run", "one", several), USAGE, "run:alpha.one", "run:beta.one")


def test_the_latest_run_of_a_project_without_runs_is_refused(several: Path) -> None:
    assert_refused(call("run", "latest:gamma", several), USAGE, "gamma")


def test_an_unknown_project_is_refused_with_the_nearest(several: Path, out: Path) -> None:
    assert_refused(call("build", several, "-o", out, "--project", "alpah"), USAGE, "no project 'alpah'", "alpha")
    assert not out.exists()


@pytest.mark.parametrize("formats", ["pdf", "html,pdf", "", ",", "HTML"])
def test_build_refuses_an_unknown_format(iris: Path, out: Path, formats: str) -> None:
    assert_refused(call("build", iris, "-o", out, "--format", formats), USAGE, "html, md, json")


def test_run_refuses_an_unknown_format(iris: Path) -> None:
    assert_refused(call("run", "latest", iris, "--format", "pdf"), USAGE, "html", "md", "json", "text")


@pytest.mark.parametrize("text", ["loss", "loss=better", "=up"])
@pytest.mark.parametrize("words", [("build", "-o", "site"), ("run", "latest"), ("compare", "previous", "latest")])
def test_what_is_no_direction_is_refused(iris: Path, words: tuple[str, ...], text: str) -> None:
    assert_refused(call(*words, iris, "--direction", text), USAGE, "expected KEY=up or KEY=down", repr(text))


def test_build_wants_a_place_to_write_to(iris: Path) -> None:
    assert_refused(call("build", iris), USAGE, "--output")


def test_a_file_where_the_site_should_go_is_refused(iris: Path, out: Path) -> None:
    out.write_text("mine", "utf-8")
    assert_refused(call("build", iris, "-o", out), USAGE, "site", "is a file")
    assert out.read_text("utf-8") == "mine"


def test_a_file_above_where_the_site_should_go_is_refused(iris: Path, out: Path) -> None:
    out.write_text("mine", "utf-8")
    assert_refused(call("build", iris, "-o", out / "inner"), USAGE, "site")
    assert out.read_text("utf-8") == "mine"


def test_a_file_where_a_folder_of_the_site_should_go_is_refused(iris: Path, out: Path) -> None:
    out.mkdir()
    (out / "runs").write_text("mine", "utf-8")
    assert_refused(call("build", iris, "-o", out), USAGE, "runs")
    assert (out / "runs").read_text("utf-8") == "mine"


def test_a_folder_where_a_page_should_go_is_refused(iris: Path, out: Path) -> None:
    (out / "index.html" / "inner").mkdir(parents=True)
    assert_refused(call("build", iris, "-o", out), USAGE, f"{out / 'index.html'}: ")
    assert not [page for page in tree(out) if "index" in page]


@pytest.mark.parametrize("place", ["file/report.html", "folder"])
def test_a_report_that_cannot_be_written_is_refused_as_wrong_usage(iris: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    (tmp_path / "folder").mkdir()
    result = call("run", "linear-svm", iris, "-o", tmp_path / place)
    assert_refused(result, USAGE, str(tmp_path / place.partition("/")[0]))
    assert tree(tmp_path) == {"file": b"x"}


@pytest.mark.parametrize("place", ["", ".", "/"])
def test_a_place_that_is_no_file_name_is_refused(iris: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert_refused(call("run", "linear-svm", iris, "-o", place), USAGE)
    assert tree(tmp_path) == {}


def test_a_report_brings_the_folders_above_it(iris: Path, tmp_path: Path) -> None:
    assert call("run", "linear-svm", iris, "-o", tmp_path / "new" / "report.html").exit_code == OK
    assert tree(tmp_path).keys() == {"new/report.html"}


def test_a_report_goes_through_a_pipe_or_device_and_does_not_replace_it(iris: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    result = call("run", "linear-svm", iris, "--format", "text", "-o", tmp_path / "pipe")
    said = os.read(reading, 65_536)
    os.close(reading)
    assert result.exit_code == OK
    assert (tmp_path / "pipe").is_fifo()
    assert said.startswith(BEGINNINGS["text"])


def test_an_unknown_run_leaves_the_report_of_before(iris: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_text("before", "utf-8")
    assert_refused(call("run", "nothing-like-it", iris, "-o", report), USAGE)
    assert tree(tmp_path) == {"report.html": b"before"}


# Templates


def templates(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / {"page": "page.html.j2", "blocks": "blocks.html.j2", "style": "style.css"}[name]).write_text(text, "utf-8")
    return folder


def test_a_template_of_ones_own_replaces_the_shipped_one(iris: Path, out: Path, tmp_path: Path) -> None:
    own = templates(tmp_path / "own", page="{{ document.title }} in my own frame")
    assert call("build", iris, "-o", out, "--templates", own).exit_code == OK
    assert (out / "runs" / "iris-svm.linear-svm.html").read_text("utf-8") == "linear-svm in my own frame"


def test_a_template_may_extend_the_shipped_one_of_its_name(iris: Path, tmp_path: Path) -> None:
    own = templates(tmp_path / "own", page='{% extends "contexta/page.html.j2" %}{% block footer %}<p>Made by us</p>{% endblock %}')
    result = call("run", "linear-svm", iris, "--templates", own)
    assert "<p>Made by us</p>" in result.stdout
    assert "Run Summary" in result.stdout
    assert "Made with contexta-report" not in result.stdout


def test_a_style_sheet_of_ones_own_is_the_one_that_the_policy_allows(iris: Path, tmp_path: Path) -> None:
    own = templates(tmp_path / "own", style="body { color: teal }")
    mine, shipped = (call("run", "linear-svm", iris, *more).stdout for more in (("--templates", own), ()))
    assert "body { color: teal }" in mine
    policies = [re.findall(r"sha256-[^&']+", page) for page in (mine, shipped)]
    assert len(policies[0]) == len(policies[1]) == 2  # of the style and of the script
    assert policies[0][0] != policies[1][0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("page", "{% if %}", "page.html.j2:1"),
        ("page", "\n\n{{ document.title", "page.html.j2:3"),
        ("page", "{{ document.title|nosuchfilter }}", "page.html.j2"),
        ("blocks", "{% macro %}", "blocks.html.j2:1"),
        ("page", "{{ nosuchname }}", "page.html.j2"),
        ("page", "{{ document.nosuchfield.inner }}", "page.html.j2"),
        ("page", '{% include "nosuch.html.j2" %}', "nosuch.html.j2"),
        ("page", "{{ 1 + document.title }}", "page.html.j2"),
        ("page", "{{ 1 // 0 }}", "page.html.j2"),
        ("page", "{{ document.title|number }}", "page.html.j2"),
        ("style", "{% if %}", "style.css:1"),
    ],
)
def test_a_broken_template_is_refused_by_name(iris: Path, out: Path, tmp_path: Path, name: str, text: str, said: str) -> None:
    own = templates(tmp_path / "own", **{name: text})
    assert_refused(call("build", iris, "-o", out, "--templates", own), USAGE, said)


def test_a_template_that_is_not_utf_8_is_refused_by_name(iris: Path, out: Path, tmp_path: Path) -> None:
    own = templates(tmp_path / "own")
    (own / "page.html.j2").write_bytes(b"caf\xe9")
    assert_refused(call("build", iris, "-o", out, "--templates", own), USAGE, "page.html.j2")


def test_a_broken_template_leaves_the_site_of_before(iris: Path, out: Path, tmp_path: Path) -> None:
    call("build", iris, "-o", out)
    before = tree(out)
    call("build", iris, "-o", out, "--templates", templates(tmp_path / "own", page="{% if %}"))
    assert tree(out) == before


def test_a_folder_of_templates_that_is_not_there_is_refused(iris: Path, out: Path, tmp_path: Path) -> None:
    assert_refused(call("build", iris, "-o", out, "--templates", tmp_path / "nowhere"), USAGE, "nowhere")


# Themes and assets


def test_a_theme_stands_on_every_page(iris: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('title = "Vision team"', "utf-8")
    assert call("build", iris, "-o", out, "--theme", tmp_path / "theme.toml").exit_code == OK
    assert all("Vision team" in page.read_text("utf-8") for page in out.rglob("*.html"))
    assert "Vision team" in call("run", "linear-svm", iris, "--theme", tmp_path / "theme.toml").stdout


@pytest.mark.parametrize(("text", "said"), [("title = 5", "theme.toml: title: "), ("title", "theme.toml: is no TOML")])
def test_a_theme_that_cannot_be_used_is_refused(iris: Path, out: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "theme.toml").write_text(text, "utf-8")
    assert_refused(call("build", iris, "-o", out, "--theme", tmp_path / "theme.toml"), USAGE, said)
    assert_refused(call("run", "linear-svm", iris, "--theme", tmp_path / "theme.toml"), USAGE, said)


def test_a_theme_that_is_not_there_is_refused(iris: Path, out: Path, tmp_path: Path) -> None:
    assert_refused(call("build", iris, "-o", out, "--theme", tmp_path / "nowhere.toml"), USAGE, "nowhere.toml")


def test_assets_go_into_files_when_asked(iris: Path, out: Path) -> None:
    call("build", iris, "-o", out, "--assets", "external")
    assert sorted(path.suffix for path in (out / "assets").iterdir()) == [".css", ".js"]
    assert_refused(call("build", iris, "-o", out, "--assets", "elsewhere"), USAGE, "elsewhere")


# What build says and does


def last_line(result: Result) -> str:
    return result.stdout.rstrip("\n").splitlines()[-1]


def test_the_last_line_says_what_was_built_and_that_all_is_well(iris: Path, out: Path) -> None:
    result = call("build", iris, "-o", out)
    assert result.exit_code == OK
    assert last_line(result) == f"{out / 'index.html'}: 2 runs, 0 deployments, 7 files; nothing needs attention."


def test_the_last_line_says_what_needs_attention(failed: Path, out: Path) -> None:
    result = call("build", failed, "-o", out)
    assert result.exit_code == OK
    assert last_line(result) == f"{out / 'index.html'}: 1 run, 0 deployments, 5 files; 1 issue needs attention."


def test_strict_fails_when_something_needs_attention_after_all_pages_are_written(failed: Path, out: Path) -> None:
    result = call("build", failed, "-o", out, "--strict")
    assert result.exit_code == GATE
    assert "1 issue needs attention" in last_line(result)
    assert "manifest.json" in tree(out)


def test_strict_counts_lines_that_cannot_be_read(tmp_path: Path, out: Path) -> None:
    root = workspace_of(tmp_path / "workspace", put_run("p", "one"))
    with (root / "metadata" / "ledger.jsonl").open("a") as ledger:
        ledger.write("no json\n")
    assert call("build", root, "-o", out, "--strict").exit_code == GATE


def test_strict_is_content_when_nothing_needs_attention(iris: Path, out: Path) -> None:
    assert call("build", iris, "-o", out, "--strict").exit_code == OK


def test_every_format_that_is_named_is_written_once(iris: Path, out: Path) -> None:
    result = call("build", iris, "-o", out, "--format", "md, json,md")
    assert {Path(page).suffix for page in tree(out).keys() - {".nojekyll"}} == {".md", ".json"}
    assert str(out / "index.md") in last_line(result)


def test_title_is_the_title_of_the_index(iris: Path, out: Path) -> None:
    call("build", iris, "-o", out, "--title", "Flowers & <more>")
    html = (out / "index.html").read_text("utf-8")
    assert "<title>Flowers &amp; &lt;more&gt;</title>" in html
    assert "Flowers & <more>" not in html


def test_project_narrows_a_site_and_may_be_given_again(several: Path, out: Path) -> None:
    call("build", several, "-o", out, "--project", "alpha")
    assert {"projects/alpha.html", "runs/alpha.one.html", "deployments/alpha.live.html"} <= tree(out).keys()
    assert not [page for page in tree(out) if "beta" in page]
    call("build", several, "-o", out, "--project", "alpha", "--project", "beta")
    assert {"projects/alpha.html", "projects/beta.html"} <= tree(out).keys()


def test_run_narrows_a_site_and_may_be_given_again(several: Path, out: Path) -> None:
    assert call("build", several, "-o", out, "--run", "beta.one", "--run", "run:alpha.two").exit_code == OK
    assert tree(out).keys() == BESIDE | {
        "index.html",
        "projects/alpha.html",
        "projects/beta.html",
        "runs/alpha.two.html",
        "runs/beta.one.html",
    }


def test_a_page_that_someone_changed_is_told_on_stderr(several: Path, out: Path) -> None:
    call("build", several, "-o", out)
    (out / "runs" / "beta.one.html").write_text("annotated", "utf-8")
    result = call("build", several, "-o", out, "--project", "alpha")
    assert result.exit_code == OK
    assert "runs/beta.one.html" in result.stderr
    assert "left as it is" in result.stderr
    assert len(result.stdout.splitlines()) == 1


# What was built before


def ledger(root: Path) -> Path:
    return root / "metadata" / "ledger.jsonl"


def test_verbose_says_how_much_was_made_and_written(several: Path, out: Path) -> None:
    said = [call("build", several, "-o", out, "-v").stderr for _ in range(2)]
    assert said == [
        "10 pages made, 12 files in all, 12 of them new or changed\n",
        "0 pages made, 12 files in all, 0 of them new or changed\n",
    ]


def test_verbose_says_what_is_read_again_and_why(several: Path, out: Path) -> None:
    call("build", several, "-o", out)
    os.utime(ledger(several), (1, 1))
    first, _ = call("build", several, "-o", out, "-v").stderr.splitlines()
    assert first == "metadata/ledger.jsonl is read again: it was written to, and did not grow"
    (several / "cache" / "report" / "index.sqlite").write_bytes(b"")
    first, _ = call("build", several, "-o", out, "-v").stderr.splitlines()
    assert first.startswith("the index is made anew: ")


def test_without_verbose_nothing_is_said_of_what_is_read_again(several: Path, out: Path) -> None:
    call("build", several, "-o", out)
    ledger(several).write_bytes(ledger(several).read_bytes()[:-1])
    assert call("build", several, "-o", out).stderr == ""


def test_full_makes_every_page_again(several: Path, out: Path) -> None:
    call("build", several, "-o", out)
    assert "10 pages made, 12 files in all, 0 of them" in call("build", several, "-o", out, "-v", "--full").stderr


def test_what_is_said_at_the_end_does_not_depend_on_what_was_built_before(failed: Path, out: Path) -> None:
    results = [call("build", failed, "-o", out, "--strict", *more) for more in ((), (), ("--full",), ("--jobs", "1"))]
    assert {result.exit_code for result in results} == {GATE}
    assert len({result.stdout for result in results}) == 1


def test_cache_keeps_the_index_elsewhere_and_leaves_the_workspace_alone(several: Path, out: Path, tmp_path: Path) -> None:
    before = tree(several)
    for made in (10, 0):
        assert f"{made} pages made" in call("build", several, "-o", out, "-v", "--cache", tmp_path / "kept" / "here").stderr
    assert call("run", "alpha.one", several, "--cache", tmp_path / "kept" / "here").exit_code == OK
    assert tree(several) == before


def test_a_workspace_that_cannot_be_written_is_built_all_the_same_and_that_is_said_with_verbose(several: Path, out: Path) -> None:
    (several / "cache").mkdir()
    (several / "cache" / "report").write_text("in the way", "utf-8")
    for more in ((), ("-v",)):
        result = call("build", several, "-o", out, *more)
        assert result.exit_code == OK
        assert ("no index is kept" in result.stderr) == bool(more)
    assert call("run", "alpha.one", several).exit_code == OK


@pytest.mark.parametrize("jobs", ["0", "-1", "two", ""])
def test_a_number_of_jobs_that_is_none_is_refused(iris: Path, out: Path, jobs: str) -> None:
    assert_refused(call("build", iris, "-o", out, "--jobs", jobs), USAGE, "--jobs")


@pytest.mark.parametrize("executor", ["", "spark:host", "dask", "tcp://127.0.0.1:1"])
def test_an_executor_that_is_none_is_refused(iris: Path, out: Path, executor: str) -> None:
    assert_refused(call("build", iris, "-o", out, "--executor", executor), USAGE, "--executor", "dask:ADDRESS")


@pytest.mark.parametrize("address", ["", "nonsense", "tcp://127.0.0.1:1", "127.0.0.1:1", "nosuch://x", "tcp://127.0.0.1:nonsense"])
def test_a_scheduler_that_does_not_answer_is_one_sentence(iris: Path, out: Path, address: str) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    code = "from contexta.site import executors; executors._DASK_TIMEOUT = 0.5; " + COMMAND
    result = process("build", iris, "-o", out, "--executor", f"dask:{address}", code=code)
    assert (result.returncode, result.stdout) == (USAGE, b"")
    (said,) = result.stderr.decode().splitlines()
    assert said.startswith(f"contexta-report: no Dask scheduler answers at {address}")
    assert not out.exists()


def test_a_missing_dask_is_one_sentence_with_the_way_out(iris: Path, out: Path) -> None:
    code = "import sys; sys.modules['distributed'] = None; " + COMMAND
    result = process("build", iris, "-o", out, "--executor", "dask:tcp://127.0.0.1:1", code=code)
    assert (result.returncode, result.stdout) == (USAGE, b"")
    assert b"[dask]" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_what_makes_pages_is_loaded_only_where_there_are_new_ones(iris: Path, out: Path) -> None:
    code = "import sys; from contexta.cli import main; main(standalone_mode=False); print(*sys.modules)"
    first, again = (set(process("build", iris, "-o", out, code=code).stdout.decode().split()) for _ in range(2))
    makers = {"jinja2", "contexta.report.document", "contexta.site.tasks", "contexta.workspace.assembly"}
    assert makers <= first
    assert makers.isdisjoint(again)


# One report


RUN_FORMATS = ("html", "md", "json", "text")
BEGINNINGS = {"html": b"<!doctype html>", "md": b"# linear-svm\n", "json": b"{\n", "text": b"linear-svm\n==========\n"}


@pytest.mark.parametrize("format_", BEGINNINGS)
def test_run_writes_a_report_to_standard_output_or_a_file_the_same(iris: Path, tmp_path: Path, format_: str) -> None:
    printed = process("run", "iris-svm.linear-svm", iris, "--format", format_)
    assert (printed.returncode, printed.stderr) == (OK, b"")
    assert printed.stdout.lstrip().startswith(BEGINNINGS[format_])
    dashed = process("run", "run:iris-svm.linear-svm", iris, "--format", format_, "-o", "-")
    assert dashed.stdout == printed.stdout
    written = call("run", "linear-svm", iris, "--format", format_, "-o", tmp_path / "report")
    assert (written.exit_code, written.output) == (OK, "")
    assert tree(tmp_path) == {"report": printed.stdout}


def test_run_writes_html_to_standard_output_unless_told_otherwise(iris: Path) -> None:
    assert call("run", "linear-svm", iris).stdout == call("run", "linear-svm", iris, "--format", "html", "-o", "-").stdout


def test_the_report_of_one_run_links_to_no_other_page(iris: Path) -> None:
    assert re.findall(r'href="[^#"][^"]*"', call("run", "linear-svm", iris).stdout) == []
    assert "](" not in call("run", "linear-svm", iris, "--format", "md").stdout


def test_latest_is_the_run_that_started_last(tmp_path: Path) -> None:
    early = put_run("b", "z-early", started_at="2025-01-01T00:00:00Z")
    late = put_run("a", "late", started_at="2026-01-01T00:30:00Z")
    root = workspace_of(tmp_path, early, late, put_run("b", "middle"))
    titles = [json.loads(call("run", ref, root, "--format", "json").stdout)["title"] for ref in ("latest", "latest:b")]
    assert titles == ["late", "middle"]


def test_the_report_of_one_run_says_what_changed_since_the_one_before_that_completed(digits: Path) -> None:
    told = call("run", "mlp-64-bad-schedule", digits, "--format", "md").stdout
    assert "- **Previous run:** mlp-64\n" in told
    assert "| lr_step_at | 5 | – |" in told
    assert "Previous run" not in call("run", "mlp-32", digits, "--format", "md").stdout


def test_which_way_a_metric_gets_better_may_be_said(digits: Path, out: Path) -> None:
    judged = re.compile(r"\*\*loss:\*\* .*\((better|worse)\)")
    for said, word in (((), "better"), (("loss=up",), "worse"), (("loss=up", "loss=down"), "better")):
        options = [part for text in said for part in ("--direction", text)]
        found = judged.search(call("run", "mlp-64", digits, "--format", "md", *options).stdout)
        assert found is not None
        assert found[1] == word


def test_a_build_with_another_direction_makes_every_page_again(digits: Path, out: Path) -> None:
    made = [
        int(re.findall(r"(\d+) pages made", call("build", digits, "-o", out, "-v", *extra).stderr)[0])
        for extra in ((), (), ("--direction", "rows=up"))
    ]
    assert made == [made[0], 0, made[0]]


# Two runs


@pytest.mark.parametrize("format_", RUN_FORMATS)
def test_compare_writes_a_page_to_standard_output_or_a_file_the_same(digits: Path, tmp_path: Path, format_: str) -> None:
    printed = process("compare", "mlp-32", "mlp-64", digits, "--format", format_)
    assert (printed.returncode, printed.stderr) == (OK, b"")
    assert b"mlp-64 compared with mlp-32" in printed.stdout
    written = call("compare", "run:digits-mlp.mlp-32", "digits-mlp.mlp-64", digits, "--format", format_, "-o", tmp_path / "page")
    assert (written.exit_code, written.output) == (OK, "")
    assert (tmp_path / "page").read_bytes() == printed.stdout


def test_compare_tells_what_became_better_and_what_differs(digits: Path) -> None:
    told = call("compare", "mlp-32", "mlp-64", digits, "--format", "md").stdout
    assert "| accuracy | evaluate batches | ▲ +0.01111 (better) | 0.9022 ratio | 0.9133 ratio |" in told
    assert "| hidden | 32 | 64 |" in told
    assert "27 packages are the same" in told


def test_previous_is_the_run_that_completed_before_the_other(digits: Path) -> None:
    titles = [json.loads(call("compare", "previous", ref, digits, "--format", "json").stdout)["title"] for ref in ("mlp-64", "latest")]
    assert titles == ["mlp-64 compared with mlp-32", "mlp-64, bad schedule compared with mlp-64"]


def test_a_first_run_has_no_previous_one_and_that_is_said(digits: Path) -> None:
    assert_refused(call("compare", "previous", "mlp-32", digits), USAGE, "no run of the project completed before run:digits-mlp.mlp-32")


@pytest.mark.parametrize("words", [("mlp-31", "mlp-64"), ("mlp-64", "mlp-31")])
def test_compare_refuses_an_unknown_run_with_the_nearest(digits: Path, words: tuple[str, str]) -> None:
    assert_refused(call("compare", *words, digits), USAGE, "no run 'mlp-31'", "run:digits-mlp.mlp-32")


def test_compare_wants_two_runs(digits: Path) -> None:
    assert_refused(call("compare", "mlp-32"), USAGE, "RIGHT")


def test_a_report_in_an_encoding_that_cannot_hold_it_is_written_as_utf_8(tmp_path: Path) -> None:
    root = workspace_of(tmp_path, put_run("p", "one", description="naïve 模型"))
    code = "import sys; sys.stdout.reconfigure(encoding='ascii'); " + COMMAND
    result = process("run", "one", root, "--format", "text", code=code)
    assert (result.returncode, result.stderr) == (OK, b"")
    assert "naïve 模型" in result.stdout.decode()


def test_a_title_beyond_the_terminals_encoding_is_no_traceback(iris: Path, tmp_path: Path) -> None:
    code = "import sys; sys.stdout.reconfigure(encoding='ascii'); sys.stderr.reconfigure(encoding='ascii'); " + COMMAND
    result = process("build", iris, "-o", tmp_path / "模型", code=code)
    assert b"Traceback" not in result.stderr
    assert result.returncode == OK


# Help, version, and the way out


@pytest.mark.parametrize("command", sorted(cli.main.commands))
def test_help_tells_every_option_and_what_it_is_for(command: str) -> None:
    help_text = call(command, "--help").stdout
    for parameter in cli.main.commands[command].get_params(click.Context(cli.main.commands[command])):
        if parameter.param_type_name == "option":
            assert all(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", help_text) for name in parameter.opts), parameter.opts
    assert "REF is run:proj.name" in " ".join(help_text.split()) or command == "doctor"


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("build", "-h"), ("run", "-h")])
def test_help_is_one_word_away(words: tuple[str, ...]) -> None:
    assert "Usage:" in call(*words).output


def test_the_version_is_the_packages() -> None:
    assert call("--version").stdout == f"contexta-report, version {__version__}\n"


@pytest.mark.parametrize("words", [("nosuch",), ("build", "--nosuch"), ("build", "a", "b", "c", "-o", "d")])
def test_words_that_mean_nothing_are_refused(words: tuple[str, ...]) -> None:
    assert_refused(call(*words), USAGE)


def test_nothing_but_the_last_line_is_said_when_piped(iris: Path, out: Path) -> None:
    result = process("build", iris, "-o", out)
    assert (result.returncode, result.stderr) == (OK, b"")
    assert len(result.stdout.splitlines()) == 1


def test_progress_shows_on_a_terminal_and_is_wiped_away(iris: Path, out: Path) -> None:
    said, code = in_terminal("build", str(iris), "-o", str(out))
    assert code == OK
    assert b"\r4 pages" in said
    assert said.endswith(b"\r\x1b[K")


def in_terminal(*words: str) -> tuple[bytes, int]:
    """What a command writes to a terminal on stderr, and its exit code."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-c", COMMAND, *words]
    code = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, check=False, env=environment()).returncode
    said = os.read(ours, 65_536)
    os.close(theirs)
    os.close(ours)
    return said, code


@pytest.mark.parametrize("words", [("run", "linear-svm"), ("build", "-o", "{out}")])
def test_a_closed_pipe_is_no_traceback(iris: Path, out: Path, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", COMMAND, *(word.format(out=out) for word in words), str(iris)]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, env=environment())
    os.close(writing)
    assert b"Traceback" not in result.stderr
    assert b"Exception ignored" not in result.stderr
    assert result.returncode != UNREADABLE


@pytest.mark.parametrize("formats", ["html", "html,md,json"])
def test_words_that_are_no_text_are_no_traceback(iris: Path, tmp_path: Path, formats: str) -> None:
    odd = os.fsdecode(b"\xff")
    root = tmp_path / odd
    shutil.copytree(iris, root)
    words = ("build", root, "-o", tmp_path / f"{odd}-site", "--title", odd, "--cache", tmp_path / f"{odd}-cache", "--format", formats)
    for _ in range(2):
        result = process(*words)
        assert (result.returncode, result.stderr) == (OK, b"")


def test_ctrl_c_is_no_traceback_and_no_success(iris: Path, out: Path) -> None:
    # Whoever is started in the background of a shell does not hear of it, as its children do not.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    interrupt = f"{heard}; from contexta import site; site.build_site = lambda *a, **k: signal.raise_signal(signal.SIGINT)"
    result = process("build", iris, "-o", out, code=f"from contexta import cli; {interrupt}; cli.main()")
    assert result.returncode != OK
    assert b"Traceback" not in result.stderr
    assert result.stdout == b""
