"""Secrets planted wherever a workspace has room for them stand in nothing that is made from it."""

from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contexta import Contexta, cli
from tests.privacy import EVERYTHING, RUN, SECRETS, found_in, plant
from tests.site import tree

# What is made of the workspace that is given, with these options: by the name of each file its bytes.
Output = Callable[[Path, Path, list[str]], Mapping[str, bytes]]


def call(*words: str | Path) -> Result:
    result = CliRunner().invoke(cli.main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result


def site(root: Path, out: Path, options: list[str], more: tuple[str, ...] = ()) -> Mapping[str, bytes]:
    call("build", root, "-o", out / "site", "--format", "html,md,json,csv", "--jobs", "1", *more, *options)
    files = tree(out / "site")
    assert any(name.endswith(".csv") for name in files)
    return files


def printed(root: Path, _out: Path, options: list[str], command: tuple[str, ...], form: str) -> Mapping[str, bytes]:
    result = call(*command, root, "--format", form, *options)
    return {"stdout": result.stdout.encode(), "stderr": result.stderr.encode()}


def mailed(root: Path, out: Path, options: list[str], ref: str, attached: str) -> Mapping[str, bytes]:
    words = ("--from", "a@example.org", "--to", "b@example.org", "--eml", out / "mail.eml", "--attach", attached)
    call("email", ref, root, *words, "--since", "2020-01-01T00:00Z", *options)
    mail = message_from_bytes((out / "mail.eml").read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    texts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return {"mail": "\n".join([*mail.values(), *texts]).encode()}


def checked(root: Path, out: Path, options: list[str]) -> Mapping[str, bytes]:
    files = {"junit": out / "check.xml", "openmetrics": out / "metrics.txt"}
    words = [word for name, file in files.items() for word in (f"--{name}", file)]
    result = CliRunner().invoke(cli.main, ["check", RUN, str(root), "--github", "--fail-on", "info", *map(str, words), *options])
    assert result.exit_code == 1, result.output
    return {"stdout": result.stdout.encode(), **{name: file.read_bytes() for name, file in files.items()}}


def examined(root: Path, _out: Path, _options: list[str], form: str) -> Mapping[str, bytes]:
    result = CliRunner().invoke(cli.main, ["doctor", str(root), "--format", form])
    assert result.exit_code == 1, result.output
    return {"stdout": result.stdout.encode()}


_IN_FILES = ("--assets", "external", "--base-url", "https://example.org/x")
_FORMS = ("html", "md", "json", "text")

OUTPUTS: dict[str, Output] = {
    "site": site,
    "site with its assets in files, a sitemap and a feed": partial(site, more=_IN_FILES),
    **{f"run as {form}": partial(printed, command=("run", RUN), form=form) for form in _FORMS},
    **{f"compare as {form}": partial(printed, command=("compare", "p.earlier", "p.r"), form=form) for form in _FORMS},
    **{f"mail of {ref} with {form}": partial(mailed, ref=ref, attached=form) for ref in (RUN, "index") for form in ("html", "md")},
    "check": checked,
}
# For whoever has the workspace, not for everyone.
OWN = {f"doctor as {form}": partial(examined, form=form) for form in ("text", "json")}


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    return plant(tmp_path / "workspace")


def leaked(files: Mapping[str, bytes], places: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    return ((name, found) for name, content in files.items() if (found := found_in(content, places)))


@pytest.mark.parametrize("output", [*OUTPUTS.values(), *OWN.values()], ids=[*OUTPUTS, *OWN])
def test_no_secret_gets_into_a_report(output: Output, planted: Path, tmp_path: Path) -> None:
    assert [*leaked(output(planted, tmp_path, []), SECRETS)] == []


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_nothing_private_gets_into_a_report_for_everyone(output: Output, planted: Path, tmp_path: Path) -> None:
    output(planted, tmp_path, [])  # what is kept of this is not used for the next
    assert [*leaked(output(planted, tmp_path, ["--public"]), EVERYTHING)] == []


def test_no_secret_gets_into_the_report_that_a_program_asks_for(planted: Path) -> None:
    report = Contexta(workspace=planted).build_snapshot_report(RUN)
    files = {"html": report.to_html().encode(), "md": report.to_markdown().encode(), "json": report.to_json().encode()}
    assert [*leaked(files, SECRETS)] == []


def test_every_secret_is_there_to_be_found(planted: Path) -> None:
    files = b"\n".join([name.encode() + b"\n" + content for name, content in tree(planted).items()])
    assert sorted(found_in(files, EVERYTHING)) == sorted(EVERYTHING)


def test_what_was_masked_is_said_where_it_would_have_been_and_counted(planted: Path) -> None:
    page = call("run", RUN, planted, "--format", "text").stdout
    assert "db_password=••• user=me" in page
    assert "Authorization: Bearer •••" in page
    assert "s3://•••@bucket/model" in page
    assert "postgres://•••@host/x" in page
    assert "api_key=••• (masked: its name looks like a secret)" in page
    assert "max_tokens=128" in page
    assert "tokenizers  0.15" in page
    assert "secrets within texts (269), values whose names look like secrets (15)" in page


def test_what_a_report_for_everyone_leaves_out_is_said_too(planted: Path) -> None:
    page = call("run", RUN, planted, "--format", "text", "--public", "--public-tag", "kind").stdout
    assert "[user left out] on [host left out] in [path left out]" in page
    assert "hostname=[host left out], user=[user left out]" in page
    assert "kind=nightly, …=2 left out of a public report" in page
    assert "…     4 left out of a public report" in page
    assert "loss, …=left out" in page
    assert "environment variables (4), names of hosts (2), names of users (2)" in page
