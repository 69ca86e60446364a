"""The last look: whether a file that is about to be published holds a secret or an absolute path after all, as it is or encoded."""

from collections.abc import Callable, Iterator

from contexta.privacy.places import holds_path
from contexta.privacy.shapes import BASE64, decoded, unescaped, without_secrets, without_tokens


def leaks(content: bytes) -> tuple[str, ...]:
    """What got through, in words; nothing, where a file may be published."""
    text = content.decode("utf-8", "replace")
    plain = unescaped(text)
    found = [*_held(text, without_tokens)]
    if plain != text:
        found += [f"{what} behind an escape" for what in _held(plain, without_tokens) if what not in found]
    for run in dict.fromkeys(BASE64.findall(plain)):
        found += (f"{what} in base64" for inner in decoded(run) for what in _held(inner, without_secrets))
    return tuple(dict.fromkeys(found))


def _held(text: str, masked: Callable[[str], str]) -> Iterator[str]:
    if masked(text) != text:
        yield "a secret"
    if holds_path(text):
        yield "an absolute path"
