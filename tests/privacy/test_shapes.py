"""Secrets that are told by their looks."""

import base64

import pytest

from contexta.privacy.shapes import may_hold_secret, without_secrets

ALNUM = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6"
HEX = "0123456789abcdef" * 4

# A text → what is left of it.
MASKED = {
    "AKIAIOSFODNN7EXAMPLE": "•••",
    "key AKIAIOSFODNN7EXAMPLE.": "key •••.",
    f"ghp_{ALNUM}": "•••",
    f"x github_pat_{ALNUM} y": "x ••• y",
    f"glpat-{ALNUM[:20]}": "•••",
    "xoxb-2345678901-abcdefghij": "•••",
    f"https://hooks.slack.com/services/T00/B00/{ALNUM}": "https://•••",
    f"sk-{ALNUM}": "•••",
    f"sk-proj-{ALNUM}": "•••",
    f"sk-ant-api03-{ALNUM}": "•••",
    f"sk_live_{ALNUM}": "•••",
    f"hf_{ALNUM}": "•••",
    f"AIza{ALNUM[:35]}": "•••",
    f"npm_{ALNUM}": "•••",
    f"dop_v1_{HEX}": "•••",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N": "•••",
    "a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b": "a ••• b",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r and no end": "•••",
    "postgres://me:pass@word@host/db": "postgres://•••@host/db",
    "https://:secret@host": "https://•••@host",
    "Authorization: Bearer abc.def": "Authorization: Bearer •••",
    "Authorization: Basic dXNlcjpwYXNz": "Authorization: Basic •••",
    "curl -H 'bearer abcdef1234567890'": "curl -H 'bearer •••'",
    "password=hunter2": "password=•••",
    "PASSWORD = hunter2, next": "PASSWORD = •••, next",
    "password: hunter2": "password: •••",
    '{"password": "hunter 2", "a": 1}': '{"password": "•••", "a": 1}',
    '{\\"password\\": \\"hunter2\\"}': '{\\"password\\": \\"•••\\"}',
    "{'api_key': 'abc'}": "{'api_key': '•••'}",
    "Server=x;Password=hunter2;Port=1": "Server=x;Password=•••;Port=1",
    "https://x.org/?access_token=abc&b=c": "https://x.org/?access_token=•••&b=c",
    "url=https://x.org/?token=abc": "url=https://x.org/?token=•••",
    "train.py --password hunter2 --lr 0.1": "train.py --password ••• --lr 0.1",
    "train.py --api-key=abc": "train.py --api-key=•••",
    "token: a1b2c3d4": "token: •••",
    "password=a secret=b": "password=••• secret=•••",
    f"sent {base64.b64encode(b'password=hunter2').decode()}": "sent •••",
    f"data/{base64.b64encode(b'my password=hunter2').decode()}": "•••",
    "q=password%3Dhunter2": "•••",
    "see &quot;password&#61;hunter2&quot; there": "see ••• there",
    "see \\u0070assword=hunter2": "see •••",
}

HARMLESS = (
    "",
    "tokens_per_second=12 max_tokens: 128 tokenizer=bert",
    "unknown token: zebra",
    "unexpected token: 'foo'",
    "basic training, bearer of news",
    "the password is wrong",
    "password=",
    "secretary: Ms. Jones",
    "https://example.org/a/b?c=d",
    "me@example.org wrote to https://example.org",
    "task-resnet50-imagenet-finetune-2024 and disk-usage-0123456789abcdef",
    "550e8400-e29b-41d4-a716-446655440000",
    HEX,
    "GradientBoostingClassifier",
    "checkpoints/epoch-10/model_final.bin",
    "50% done, 20%20",
    "key=value; monkey=banana",
    "s3://bucket/train.parquet",
    "password=•••",
)


@pytest.mark.parametrize(("text", "left"), MASKED.items())
def test_a_secret_is_masked_in_place(text: str, left: str) -> None:
    assert without_secrets(text) == left
    assert may_hold_secret(text.encode())


@pytest.mark.parametrize("left", MASKED.values())
def test_what_was_masked_is_not_masked_again(left: str) -> None:
    assert without_secrets(left) == left


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_a_little_like_one_stays(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "password" * 20_000, "sk-" * 50_000, "eyJ." * 50_000, "://" * 50_000, "-----BEGIN " * 10_000, "%41" * 50_000]
)
def test_a_long_text_costs_what_its_length_costs(text: str) -> None:
    assert without_secrets(text) == text
