"""The last look: whether a file that is about to be published holds a secret or an absolute path after all, as it is or encoded."""

import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from contexta.privacy.places import without_paths
from contexta.privacy.shapes import BASE64, decoded, without_secrets, without_tokens

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[\"\\/bfnrt])")


def leaks(content: bytes) -> tuple[str, ...]:
    """What got through, in words; nothing, where a file may be published."""
    text = content.decode("utf-8", "replace")
    found = [f"{what}{how}" for how, view in _views(text) for what in _held(view, without_tokens)]
    for run in dict.fromkeys(BASE64.findall(html.unescape(text))):
        found += [f"{what} in base64" for inner in decoded(run) for what in _held(unquote(inner), without_secrets)]
    return tuple(dict.fromkeys(found))


def _held(text: str, masked: Callable[[str], str]) -> Iterator[str]:
    if masked(text) != text:
        yield "a secret"
    if without_paths(text) != text:
        yield "an absolute path"


def _views(text: str) -> Iterator[tuple[str, str]]:
    """The text, and how it reads to whoever takes away one escaping after the other."""
    yield "", text
    for how, decode in (("HTML entities", html.unescape), ("JSON escapes", _unescaped), ("percent encoding", unquote)):
        before, text = text, decode(text)
        if text != before:
            yield f" behind {how}", text


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: str(json.loads(f'"{found[0]}"')), text)
