"""What tells where a run ran: absolute paths, and the home directories in them."""

import re

from contexta.privacy.said import PATH

# Folders that lie directly below the root of a system; a path of one part is one only with such a name.
_ROOTS = "home|Users|root|tmp|var|etc|opt|mnt|media|usr|srv|data|private|Volumes|proc|dev|scratch|workspace|workspaces|nfs|app|run|cluster"
_END = r"[^\s\"'`<>|;,)\]}\\]"
# Each begins with what is seldom, which is found soonest; what stands before that is looked at from there.
_POSIX = rf"/(?:(?<![\w./~\]•-]/)|(?<=\s-[A-Za-z]/))(?:[\w.@+~%=:-]+/{_END}*|(?<!</)(?:{_ROOTS})(?!\.?[\w@+~-]))"
_WINDOWS = r"(?<![\w/\\.])[A-Za-z]:(?:\\{1,4}|/(?!/))[\w.$~%(-][^\s\"'`<>|;,)\]}]*"
_UNC = r"\\\\(?<![\\\w]\\\\)\\{0,2}[\w.-]{1,80}\\{1,2}[\w.$-][^\s\"'`<>|;,)\]}]*"
_URL = rf"(?i:file):/{_END}+"
_ONE = f"{_URL}|{_WINDOWS}|{_UNC}|{_POSIX}"
# Within quotation marks a path may have spaces.
_QUOTED = rf"\"(?=(?:{_ONE}))[^\"\n]{{1,4096}}\"|'(?=(?:{_ONE}))[^'\n]{{1,4096}}'"

# What is in every text with such a path → the path.
_PATHS = tuple(
    (mark, re.compile(path)) for mark, path in ((":/", _URL), (":\\", _WINDOWS), (":/", _WINDOWS), ("\\\\", _UNC), ("/", _POSIX))
)
_IN_QUOTES = re.compile(_QUOTED)

_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:[\\/]{1,4}Users[\\/]{1,4})([^/\\\s\"'<>,;:)\[]{1,64})")


def without_paths(text: str) -> str:
    """The text with each absolute path in it left out; itself where it holds none."""
    if not holds_path(text):
        return text
    prefix = "path:" if text.startswith("path:") else ""
    if _is_one_path(text.removeprefix(prefix)):
        return prefix + PATH
    text = _IN_QUOTES.sub(lambda found: f"{found[0][0]}{PATH}{found[0][0]}", text)
    for mark, path in _PATHS:
        if mark in text:
            text = path.sub(PATH, text)
    return text


def holds_path(text: str) -> bool:
    """Whether there is an absolute path in a text."""
    return any(mark in text and path.search(text) for mark, path in _PATHS)


def _is_one_path(text: str) -> bool:
    """Whether a text is a path from its beginning, and no sentence: so it may have spaces."""
    return "\n" not in text and ": " not in text and any(path.match(text) for _, path in _PATHS)


def homes(text: str) -> list[str]:
    """The users whose home directories a text names."""
    return _HOME.findall(text) if "/" in text or "\\" in text else []
