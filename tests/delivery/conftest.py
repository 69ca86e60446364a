"""An authority of the test's own, and what it vouches for."""

import ssl
from pathlib import Path

import pytest
import trustme

from tests.delivery.post import HOST


@pytest.fixture(scope="package")
def authority() -> trustme.CA:
    """Nobody trusts it, unless told to."""
    return trustme.CA()


@pytest.fixture(scope="package")
def certified(authority: trustme.CA) -> ssl.SSLContext:
    """What a server shows that is who it says it is."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST).configure_cert(context)
    return context


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority is trusted, as a user would have it trusted."""
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
