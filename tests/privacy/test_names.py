"""Which names look like secrets."""

import pytest

from contexta.privacy.names import hides_numbers, identity, is_secret

SECRET = """
    password passwd db_password dbPassword PGPASSWORD MYSQL_PWD passphrase user.password password_1 password-prod smtp_pass
    secret client_secret clientSecret SECRET_KEY_BASE secrets secret_id
    token access_token accessToken authtoken HF_TOKEN GITHUB_TOKEN github-token session_token refresh_tokens auth_tokens bot_token_prod
    api_key apiKey apikey API-KEY X-Api-Key OPENAI_API_KEY API_KEY_OPENAI api_keys
    AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN private_key privateKey ssh_key signing_key storage_account_key
    credential credentials GOOGLE_CREDENTIALS auth authorization Authorization cookie jwt SENTRY_DSN connection_string slack_webhook_url
    password_hash
"""

HARMLESS = """
    tokens_per_second token_count tokens n_tokens max_tokens num_tokens max_new_tokens token_ids token_type_ids
    tokenizer tokenize tokenizers
    pad_token eos_token bos_token unk_token mask_token next_token special_tokens eos_token_id image_token loss_per_token
    secretary secretion secretstorage password_strength_score password_policy password_length secret_count credit_score
    key keys key_frames primary_key metric_key foreign_key public_key monkey keyboard keyword api_version access_count
    pass passed pass_rate forward_pass first_pass compass pin_memory PWD OLDPWD
    author authors auth_mode authentication_method private privacy bearer_angle cookies_seen dsname jwtx signature AWS_REGION
    message loss accuracy learning_rate
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_it_looks_like_a_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", [*HARMLESS.split(), "", "•••", "x" * 100_000, "password" * 1_000])
def test_it_does_not(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("name", "hides"), [("password", True), ("pwd", True), ("token", False), ("password_length", False), ("auth", False)]
)
def test_a_number_is_a_secret_only_as_a_password(name: str, *, hides: bool) -> None:
    assert hides_numbers(name) is hides


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "host") for name in ("host", "hostname", "HOSTNAME", "host_name", "nodeName", "slurm_node", "node", "db.host", "fqdn")),
        *((name, "user") for name in ("user", "username", "USER", "user_name", "LOGNAME", "run.user", "created_by", "author")),
        *((name, None) for name in ("nodes", "ghost", "hosts_seen", "user_count", "users", "model", "num_nodes")),
    ],
)
def test_a_name_says_who_and_where(name: str, kind: str | None) -> None:
    assert identity(name) == kind
