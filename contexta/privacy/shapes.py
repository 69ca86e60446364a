"""Secrets that are told by their looks, wherever they stand in a text: token shapes that their issuers publish, keys, URLs with passwords.

A table of our own, as the well-kept detectors fit no report: detect-secrets (1.5.0) reads files line by line with settings that are
global, guesses by entropy, and brings requests and PyYAML along. Each pattern matches in one pass: no repeat stands within another.
"""

import base64
import json
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from contexta.privacy.names import is_secret
from contexta.privacy.said import MASK

# Longer texts are seldom said twice.
_KEPT = 2048

# Names that sentences say before a colon: after one of them, a secret has so many characters and is no word.
_IN_SENTENCES = frozenset({"token", "secret", "auth"})
_TELLING = 6


class Shape(NamedTuple):
    """What a secret looks like, and the text without which it is none: that is looked for first, as it is found soonest."""

    mark: str
    pattern: str


# Left of a token no letter or digit stands; `https://github.com/gitleaks/gitleaks` and `https://github.com/Yelp/detect-secrets` keep
# collections of such shapes, each row names who publishes its own.
SHAPES = (
    # docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html: unique identifiers
    *(Shape(prefix, rf"{prefix}[A-Z0-9]{{16}}") for prefix in ("AKIA", "ASIA", "ABIA", "ACCA")),
    # github.blog/2021-04-05-behind-githubs-new-authentication-token-formats
    *(Shape(f"gh{kind}_", rf"gh{kind}_[A-Za-z0-9]{{30,255}}") for kind in "pousr"),
    Shape("github_pat_", r"github_pat_[A-Za-z0-9_]{22,255}"),
    # docs.gitlab.com/security/tokens: token prefixes
    *(Shape(f"{prefix}-", rf"{prefix}-[A-Za-z0-9_.-]{{20,300}}") for prefix in ("glpat", "gldt", "glrt", "glptt")),
    # api.slack.com/authentication/token-types, api.slack.com/messaging/webhooks
    Shape("xox", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,250}"),
    Shape("xapp-", r"xapp-[A-Za-z0-9-]{10,250}"),
    Shape("hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9_/+-]{10,200}"),
    # platform.openai.com/docs/api-reference/authentication, docs.anthropic.com/en/api/overview
    Shape("sk-", r"sk-(?:[a-z0-9]{2,10}-){0,2}[A-Za-z0-9_]{16}[A-Za-z0-9_-]{0,250}"),
    # docs.stripe.com/keys, docs.stripe.com/webhooks
    Shape("k_live_", r"[sr]k_live_[A-Za-z0-9]{10,250}"),
    Shape("k_test_", r"[sr]k_test_[A-Za-z0-9]{10,250}"),
    Shape("whsec_", r"whsec_[A-Za-z0-9]{24,250}"),
    # huggingface.co/docs/hub/security-tokens
    Shape("hf_", r"hf_[A-Za-z0-9]{30,100}"),
    # cloud.google.com/docs/authentication/api-keys, developers.google.com/identity/protocols/oauth2
    Shape("AIza", r"AIza[A-Za-z0-9_-]{35}"),
    Shape("ya29.", r"ya29\.[A-Za-z0-9_-]{20,500}"),
    Shape("GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{20,100}"),
    # github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format, docs.pypi.org/api/secrets
    Shape("npm_", r"npm_[A-Za-z0-9]{36}"),
    Shape("pypi-", r"pypi-[A-Za-z0-9_-]{50,500}"),
    # docs.sendgrid.com, docs.digitalocean.com/reference/api, docs.databricks.com/dev-tools/auth/pat
    Shape("SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    Shape("_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    Shape("dapi", r"dapi[a-f0-9]{32}(?:-[0-9])?"),
    # RFC 7519: a JSON Web Token begins with {" in base64url
    Shape("eyJ", r"eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,8000}(?:\.[A-Za-z0-9_-]{0,4000})?"),
)
_TOKENS = re.compile("(?<![A-Za-z0-9])(?:" + "|".join(shape.pattern for shape in SHAPES) + ")[A-Za-z0-9]*+")

# RFC 7468; without its end, all that follows is part of the key.
_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")

# RFC 3986, 3.2.1: user information; RFC 6750 and RFC 7617: what follows the scheme of an Authorization.
_USERINFO = re.compile(r"(?<=://)[^\s/?#@:\"'<>]{0,256}:[^\s/?#\"'<>]{1,512}@")
_BEARER = re.compile(r"(?i)(?<![a-z])(bearer|basic)(\s{1,4})(?=[^\s\"']{0,200}[0-9=])([A-Za-z0-9._~+/=-]{12,4096})")

# `NAME=` and `"name": ` before a value, `--name ` before another; the name is judged apart, and the value only where it matters.
_NAME = r"(?<![\w.-])(-{0,2}[A-Za-z_][\w.-]{1,80}+)"
_SAID = re.compile(_NAME + r"(\\{0,3}+[\"']?[ \t]{0,3}+(?:=>|[=:])[ \t]{0,3}+)")
_OPTION = re.compile(r"(?<![\w-])(--[A-Za-z][\w-]{1,80}+)([ \t]{1,3}+)(?=[^\s-])")
_VALUE = re.compile(
    r"((?:bearer|basic|token|digest)[ \t]{1,3}+)?(?:\\{0,3}\"([^\"\\\n]{1,1024})|\\{0,3}'([^'\\\n]{1,1024})|([^\s\"'\\,;&)}\]<>]{1,1024}))",
    re.I,
)

# Base64 long enough for a secret, in either alphabet.
BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}")

# Percent encoding, an escape of JSON or a character of HTML; and what a word is, which may hold some.
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|&#?\w{2,8};")
_JSON_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[\"\\/bfnrt])")
_WORD = re.compile(r"[^\s\"'<>]+")

# What stands in any text that may hold a secret, in lower case; most texts of most runs hold none of it.
_NAMES = ("pass", "pwd", "secret", "token", "key", "cred", "auth", "cookie", "dsn", "jwt", "bearer", "basic", "conn", "webhook", "sas")
_MARKS = sorted(mark.lower() for mark in (*_NAMES, "-----BEGIN", *(shape.mark for shape in SHAPES)))

# A branch for each letter that marks begin with, as all branches are tried at every place.
_BY_LETTER = (
    f"{re.escape(letter)}(?:{'|'.join(re.escape(mark[1:]) for mark in marks)})" for letter, marks in groupby(_MARKS, itemgetter(0))
)
_MARK = re.compile("|".join(_BY_LETTER).encode())

# Base64 of a text soon has a capital.
_RUN = re.compile(rb"[A-Z][A-Za-z0-9+/_-]{11}")
_ESCAPED = re.compile(ESCAPE.pattern.encode())


def may_hold_secret(text: bytes) -> bool:
    """Whether a text needs a closer look."""
    lower = text.lower()
    if b"@" in text and b"://" in text:
        return True
    return _MARK.search(lower) is not None or _RUN.search(text) is not None or _ESCAPED.search(lower) is not None


def without_secrets(text: str) -> str:
    """The text with each secret in it masked in place; itself where it holds none."""
    return _remembered(text) if len(text) <= _KEPT else _without_secrets(text)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> str:
    """Runs of one workspace say the same over and over."""
    return _without_secrets(text)


def _without_secrets(text: str) -> str:
    return _in_the_open(without_encoded(text, lambda inner: _in_the_open(inner) != inner))


def _in_the_open(text: str) -> str:
    """Likewise, but for what is encoded."""
    text = without_tokens(text)
    for said in (_SAID, _OPTION):
        text = _without_values(text, said)
    return text


def without_tokens(text: str) -> str:
    """The text without what is a secret whatever its name: tokens, private keys, passwords in URLs."""
    if "-----BEGIN" in text:
        text = _without_keys(text)
    if "://" in text:
        text = _USERINFO.sub(f"{MASK}@", text)
    return _TOKENS.sub(MASK, _BEARER.sub(rf"\1\2{MASK}", text))


def _without_keys(text: str) -> str:
    """Private keys in PEM, from one line of hyphens to the other."""
    parts: list[str] = []
    begin = 0
    while found := _KEY_BEGIN.search(text, begin):
        parts.append(text[begin : found.start()] + MASK)
        end = _KEY_END.search(text, found.end())
        begin = end.end() if end else len(text)
    return "".join([*parts, text[begin:]])


def _without_values(text: str, said: re.Pattern[str]) -> str:
    """Without the values that are said under a name which looks like a secret's."""
    parts: list[str] = []
    begin = 0
    for found in said.finditer(text):
        if found.start() < begin or not is_secret(found[1]):
            continue
        value = _VALUE.match(text, found.end())
        if value and _is_value(found[1], found[2], value[value.lastindex or 0]):
            parts.append(text[begin : value.start(value.lastindex or 0)] + MASK)
            begin = value.end()
    return "".join([*parts, text[begin:]]) if parts else text


def _is_value(name: str, between: str, value: str) -> bool:
    """Whether this is the value of a name, not a word of a sentence: `unknown token: zebra` tells no secret."""
    if value.startswith(MASK):
        return False
    if ":" in between and name.lower() in _IN_SENTENCES:
        return len(value) >= _TELLING and not value.isalpha()
    return True


def without_encoded(text: str, holds: Callable[[str], bool]) -> str:
    """The text without the base64 in it, and the words with escapes, that stand for a text which holds something."""
    text = BASE64.sub(lambda found: MASK if any(map(holds, decoded(found[0]))) else found[0], text)
    if not ESCAPE.search(text):
        return text
    return _WORD.sub(lambda found: MASK if ESCAPE.search(found[0]) and holds(unescaped(found[0])) else found[0], text)


def unescaped(text: str) -> str:
    """The text as it reads once HTML entities, JSON's escapes and percent encoding are taken away."""
    import html  # few texts have any, and both take long to import
    from urllib.parse import unquote

    return unquote(_JSON_ESCAPE.sub(lambda found: str(json.loads(f'"{found[0]}"')), html.unescape(text)))


def decoded(run: str) -> list[str]:
    """The texts that a run of base64 may stand for: all of it, or what follows a slash."""
    plain = run.rstrip("=").replace("-", "+").replace("_", "/")
    found = []
    for part in dict.fromkeys((plain, plain.rpartition("/")[2])):
        try:
            found.append(base64.b64decode(part + "=" * (-len(part) % 4), validate=True).decode("utf-8"))
        except ValueError:  # no base64, or no text
            continue
    return found
