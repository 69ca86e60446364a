"""`contexta-report email`: what people get, and what whoever sends it is told."""

import re
import shutil
import sys
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contexta.cli import main
from contexta.delivery.letter import MAX_HTML
from tests.conftest import CHECKOUT
from tests.delivery.post import HOST, PASSWORD, USER, Clerk, parse, serving
from tests.site import put_run, workspace_of

OK, USAGE, UNDELIVERED = 0, 2, 3
SITE = "https://reports.example.org/ml"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the example: five runs of two projects, one failed, and two deployments."""
    return Path(shutil.copytree(CHECKOUT / "site_example" / ".contexta", tmp_path / "example", ignore=shutil.ignore_patterns("report")))


def send(ref: str, workspace: Path, *words: str | Path) -> Result:
    addresses = ("--from", "Reports <reports@example.org>", "--to", "ada@example.org")
    return CliRunner().invoke(main, ["email", ref, str(workspace), *addresses, *map(str, words)])


def mail(ref: str, workspace: Path, *words: str | Path) -> EmailMessage:
    """The mail, as it is kept."""
    result = send(ref, workspace, "--eml", "-", *words)
    assert result.exit_code == OK, result.output
    return parse(result.stdout_bytes)


def body(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def attachments(message: EmailMessage) -> list[EmailMessage]:
    return [one for one in message.iter_attachments() if isinstance(one, EmailMessage)]


def assert_refused(result: Result, code: int, *said: str) -> None:
    """One sentence on stderr that says these things, the exit code, and no traceback."""
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    last = result.stderr.rstrip("\n").splitlines()[-1]
    assert [one for one in said if one not in last] == []
    assert "Traceback" not in result.stderr


# a run


def test_a_run_is_sent_as_text_and_html_with_its_report(example: Path) -> None:
    message = mail("mlp-64-bad-schedule", example)
    assert message["Subject"] == "✗ failed: digits-mlp / mlp-64, bad schedule"
    for kind in ("plain", "html"):
        for told in ("failed", "0.801 ratio", "▼ -0.1388", "FloatingPointError: the loss is nan in epoch 5", "epoch-5", "train"):
            assert told in unescape(body(message, kind)), (kind, told)
    (report,) = attachments(message)
    assert report.get_filename() == "digits-mlp.mlp-64-bad-schedule.html"
    assert report.get_content().startswith("<!doctype html>")


def test_the_mail_of_every_example_run_is_small(example: Path) -> None:
    for ref in ("mlp-32", "mlp-64", "mlp-64-bad-schedule", "linear-svm", "rbf-svm", "index"):
        assert len(body(mail(ref, example, "--attach", "none"), "html").encode()) <= MAX_HTML / 2


def test_what_is_not_in_the_mail_is_named_and_where_it_is(example: Path) -> None:
    text = " ".join(body(mail("mlp-64", example), "plain").split())
    assert "Not in this mail" in text
    assert "Metrics; Events; Traces; Environment; Provenance; Data Health." in text
    assert "The whole report is attached: digits-mlp.mlp-64.html" in text


def test_the_report_goes_as_markdown_or_not_at_all(example: Path) -> None:
    (report,) = attachments(mail("mlp-64", example, "--attach", "md"))
    assert (report.get_filename(), report.get_content_type()) == ("digits-mlp.mlp-64.md", "text/markdown")
    assert str(report.get_content()).startswith("# mlp-64")
    message = mail("mlp-64", example, "--attach", "none")
    assert attachments(message) == []
    assert "`contexta-report build` makes the whole report." in body(message, "plain")


def test_a_report_that_is_too_large_is_named_and_linked(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["contexta.cli.email"], "MAX_ATTACHED", 20_000)
    message = mail("mlp-64", example, "--base-url", SITE)
    assert attachments(message) == []
    text = " ".join(body(message, "plain").split())
    assert re.search(r"The whole report has [\d.]+ KB, too much to attach\. The link above leads to the whole report\.", text)


def test_pages_are_linked_where_the_site_is_published(example: Path) -> None:
    message = mail("mlp-64", example, "--base-url", f"{SITE}/")
    assert f"\n{SITE}/runs/digits-mlp.mlp-64.html\n" in body(message, "plain").replace("\r", "")
    for page in ("runs/digits-mlp.mlp-64", "projects/digits-mlp", "index", "deployments/digits-mlp.serve-mlp-64", "runs/digits-mlp.mlp-32"):
        assert f'href="{SITE}/{page}.html"' in body(message, "html")
    assert "href" not in body(mail("mlp-64", example), "html")


def test_subject_and_copies_are_as_they_are_said_to_be(example: Path) -> None:
    message = mail("mlp-64", example, "--subject", "Nightly", "--to", "bo@example.org", "--cc", "cy@example.org")
    assert (message["Subject"], message["To"], message["Cc"]) == ("Nightly", "ada@example.org, bo@example.org", "cy@example.org")


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    name = "r1\r\nBcc: eve@example.org\r\n\r\n<script>alert(1)</script>=?utf-8?q?=0D=0ABcc:_eve@example.org?=\x1b\u202e"
    put = put_run("p", "one")
    workspace = workspace_of(tmp_path / "hostile", {**put, "model": {**put["model"], "name": name}})
    message = mail("one", workspace)
    assert message["Bcc"] is None
    assert "<script>" not in body(message, "html")
    assert "\x1b" not in body(message, "plain")
    assert "Bcc: eve" in message["Subject"]


def test_a_theme_and_a_template_of_ones_own_are_used(example: Path, tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('title = "Vision team"')
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mail.html.j2").write_text('{% extends "contexta/mail.html.j2" %}{% block footer %}Ours{% endblock %}')
    message = mail("mlp-64", example, "--theme", tmp_path / "theme.toml", "--templates", tmp_path / "own")
    for told in ("Vision team", "Ours"):
        assert told in body(message, "html")
    assert "Vision team" in attachments(message)[0].get_content()


# what is new


def test_what_is_new_is_told(example: Path) -> None:
    message = mail("index", example, "--since", "2026-11-23T05:59:30Z")
    assert message["Subject"] == "All projects: 3 runs, 1 failed, 2 deployments"
    assert "mlp-64" in body(message, "html")
    assert "linear-svm" not in body(message, "html")
    assert attachments(message)[0].get_filename() == "index.html"


def test_what_is_old_is_not_new(example: Path) -> None:
    assert mail("index", example, "--since", "2030-01-01")["Subject"] == "All projects: nothing new"


def test_a_day_before_now_is_new_unless_said_otherwise(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path / "old", put_run("p", "one"))
    assert mail("index", workspace)["Subject"] == "p: nothing new"
    assert mail("index", workspace, "--since", "5000w")["Subject"] == "p: 1 run"


@pytest.mark.parametrize("since", ["yesterday", "24", "-1h", "2026-13-01", "999999w", ""])
def test_a_time_that_is_none_is_refused(since: str, example: Path) -> None:
    assert_refused(send("index", example, "--eml", "-", "--since", since), USAGE, "'--since'", "expected 90m, 24h, 7d or a time")


# sending


def url(port: int, login: str = "") -> str:
    return f"smtp+insecure://{login}{HOST}:{port}"


def test_a_mail_is_sent_and_kept_as_it_was_sent(example: Path, tmp_path: Path) -> None:
    clerk = Clerk()
    with serving(clerk) as port:
        result = send("mlp-64", example, "--smtp", url(port), "--eml", tmp_path / "kept.eml", "--cc", "cy@example.org")
    assert (result.exit_code, result.output) == (OK, "")
    assert clerk.taken == [("reports@example.org", ["ada@example.org", "cy@example.org"], (tmp_path / "kept.eml").read_bytes())]


def test_a_mail_that_is_not_taken_is_kept(example: Path, tmp_path: Path) -> None:
    with serving(Clerk({"ada@example.org": ["550 5.1.1 no such person"]})) as port:
        result = send("mlp-64", example, "--smtp", url(port), "--eml", tmp_path / "kept.eml")
    assert_refused(
        result, UNDELIVERED, "refused the recipient ada@example.org: 550 5.1.1 no such person", f"it is kept in {tmp_path / 'kept.eml'}"
    )
    assert parse((tmp_path / "kept.eml").read_bytes())["To"] == "ada@example.org"


def test_a_mail_that_is_too_large_for_the_server_says_what_would_help(example: Path) -> None:
    with serving(Clerk(), data_size_limit=50_000) as port:
        assert_refused(send("mlp-64", example, "--smtp", url(port)), UNDELIVERED, "552 Error: message size exceeds", "--attach none")


def test_user_and_password_come_from_the_environment_and_are_never_said(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTEXTA_SMTP_USER", USER)
    monkeypatch.setenv("CONTEXTA_SMTP_PASSWORD", PASSWORD)
    clerk = Clerk()
    options: dict[str, Any] = {"auth_require_tls": False, "authenticator": clerk.authenticate}
    with serving(clerk, **options) as port:
        assert send("mlp-64", example, "--smtp", url(port)).exit_code == OK
        monkeypatch.setenv("CONTEXTA_SMTP_PASSWORD", "hush-hush")
        result = send("mlp-64", example, "--smtp", url(port))
    assert_refused(result, UNDELIVERED, "refused the login: 535 5.7.8")
    assert "hush-hush" not in result.output
    assert USER not in result.output
    assert len(clerk.taken) == 1


def test_a_url_that_cannot_be_used_is_not_repeated(example: Path) -> None:
    result = send("mlp-64", example, "--smtp", "http://clerk:hush-hush@h")
    assert_refused(result, USAGE, "expected smtp://HOST[:PORT], smtps://HOST[:PORT]")
    assert "hush-hush" not in result.output


# wrong usage


def test_a_mail_must_go_somewhere(example: Path) -> None:
    assert_refused(send("mlp-64", example), USAGE, "Give --smtp URL, --eml FILE, or both")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--to", "nobody", "expected one address"),
        ("--cc", "a@b\nBcc: c@d", "expected one address"),
        ("--base-url", "javascript:alert(1)", "must begin with https://"),
        ("--attach", "pdf", "is not one of"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(option: str, value: str, said: str, example: Path) -> None:
    assert_refused(send("mlp-64", example, "--eml", "-", option, value), USAGE, option, said)


def test_a_run_that_is_not_there_is_told_of(example: Path) -> None:
    assert_refused(send("nothing", example, "--eml", "-"), USAGE, "no run 'nothing' in this workspace")


def test_a_workspace_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    assert_refused(send("latest", tmp_path / "nowhere", "--eml", "-"), UNDELIVERED, "does not exist")
