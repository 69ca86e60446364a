"""Names that look like secrets: of attributes, tags, settings, environment variables, options."""

import re
from functools import lru_cache
from itertools import pairwise

# camelCase, snake_case, dotted.names, --options and words → words. `HTTPToken` is two.
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

# A name longer than this is no name.
_MAX_NAME = 200


def words(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


# What is secret wherever it stands in a name, unless the name goes on to tell something about it.
_STRONG = words("password passwords passwd passphrase passcode secret secrets credential credentials cred creds authorization")
_STRONG_ENDS = ("password", "passwd", "passphrase", "apikey", "accesskey", "secretkey", "privatekey", "authtoken", "accesstoken")
_KEYS = words("api access secret private auth encryption signing account ssh master shared storage service deploy license")

# What is secret as the last word of a name.
_LAST = words("token pwd jwt dsn cookie auth connectionstring connstr")
_LAST_PAIRS = frozenset({("connection", "string"), ("conn", "string"), ("conn", "str"), ("webhook", "url"), ("sas", "url")})

# Tokens that a tokenizer knows, and numbers of them, are no secrets; several tokens are some only where they open something.
_TEXT_TOKENS = words(
    "pad eos bos unk mask sep cls special start end next image audio video begin first last per stop tool prompt prefix suffix "
    "decoder new added input output max min num total avg mean current predicted target generated"
)
_OPENS = words("access auth api bearer refresh session oauth")
_PASSES = words("db user smtp ftp http https mysql postgres pg ssh admin root redis mail proxy login ldap")

# What comes after the name proper, and changes nothing.
_SUFFIXES = words("prod production dev staging test live old new default value raw plain plaintext hash hashed encrypted b64 env")

# What makes a name one that tells something about a secret, not the secret itself.
_ABOUT = words(
    "strength length len score count counts size policy rule rules reset expiry expires expiration ttl age rotation enabled disabled "
    "required min max limit rate name names type types file files path dir location provider source status valid validity errors "
    "attempts field fields column index manager version arn helper store backend method mode scheme"
)


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether a value of this name looks like a secret: `db_password`, `apiKey`, `HF_TOKEN`; not `max_tokens`, `tokenizer`, `secretary`."""
    if len(name) > _MAX_NAME or name in ("PWD", "OLDPWD"):  # where a shell is
        return False
    found = _proper(_WORDS.findall(name))
    return bool(found) and (_is_strong(found) or _is_last(found))


@lru_cache(maxsize=1024)
def hides_numbers(name: str) -> bool:
    """Whether a number of this name is a secret too: a password may be one, a token is none."""
    found = _proper(_WORDS.findall(name))
    return bool(found) and is_secret(name) and found[-1].endswith(("password", "passwd", "passphrase", "passcode", "pwd", "secret"))


def _proper(found: list[str]) -> list[str]:
    """The words of a name in lower case, without what changes nothing at its end."""
    words = [word.lower() for word in found]
    while len(words) > 1 and (words[-1] in _SUFFIXES or words[-1].isdigit()):
        words.pop()
    return words


def _is_strong(words: list[str]) -> bool:
    found = any(word in _STRONG or word.endswith(_STRONG_ENDS) for word in words) or any(
        first in _KEYS and second in ("key", "keys") for first, second in pairwise(words)
    )
    return found and words[-1] not in _ABOUT


def _is_last(words: list[str]) -> bool:
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last == "token":
        return before not in _TEXT_TOKENS
    if last == "tokens":
        return before in _OPENS
    if last == "pass":
        return before in _PASSES
    return last in _LAST or (before, last) in _LAST_PAIRS


@lru_cache(maxsize=4096)
def identity(name: str) -> str | None:
    """What a text of this name tells of where a run ran: `host`, `user`, or nothing."""
    found = [word.lower() for word in _WORDS.findall(name[:_MAX_NAME])]
    last = found[-1] if found else ""
    joined = "".join(found[-2:])
    if last in ("host", "hostname", "node", "nodename", "fqdn", "computername") or joined in (
        "hostname",
        "nodename",
        "machinename",
        "servername",
    ):
        return "host"
    if last in ("user", "username", "login", "logname", "author", "owner") or joined in ("username", "createdby", "startedby", "userid"):
        return "user"
    return None
