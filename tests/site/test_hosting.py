"""The address of a site: what is taken, and what is refused with the reason."""

import pytest

from contexta.site import Hosting, base_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        ("https://example.org/", "https://example.org/"),
        ("https://team.github.io/ml/reports", "https://team.github.io/ml/reports/"),
        ("https://team.github.io/ml/reports//", "https://team.github.io/ml/reports/"),
        ("http://build_server/reports", "http://build_server/reports/"),
        ("HTTP://Example.ORG:8080/Reports", "http://example.org:8080/Reports/"),
        ("http://127.0.0.1:8000/a%20b/~me/", "http://127.0.0.1:8000/a%20b/~me/"),
        ("http://[::1]:8000", "http://[::1]:8000/"),
        ("https://xn--bcher-kva.example/a(b)", "https://xn--bcher-kva.example/a(b)/"),
    ],
)
def test_an_address_ends_in_one_slash(text: str, expected: str) -> None:
    assert base_url(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "begin with https"),
        ("example.org", "begin with https"),
        ("/reports", "begin with https"),
        ("ftp://example.org", "begin with https"),
        ("file:///site", "begin with https"),
        ("javascript:alert(1)", "begin with https"),
        ("https://", "name a host"),
        ("https:///reports", "name a host"),
        ("https://-.org", "name a host"),
        ("https://example.org?page=1", "no query"),
        ("https://example.org/#top", "no fragment"),
        ("https://example.org/?", "no query"),
        ("https://user:secret@example.org", "no user and no password"),
        ("https://example.org:http", "no address"),
        ("https://example.org:99999", "no address"),
        ("https://[::1", "no address"),
        ("https://bücher.example", "ASCII"),
        ("https://example.org/a b", "ASCII"),
        ("https://example.org/a&b", "%XX"),
        ('https://example.org/"><script>', "ASCII"),
        ("https://example.org/\n", "ASCII"),
        (f"https://example.org/{'a' * 500}", "at most 500"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        base_url(text)


def test_a_file_lies_behind_the_address() -> None:
    assert Hosting(base_url("https://example.org/ml")).url("runs/a.one.html") == "https://example.org/ml/runs/a.one.html"
