"""What tells where a run ran: absolute paths, and the home directories in them."""

import re

PATH = "[path left out]"

# Folders that lie directly below the root of a system; a path of one part is one only with such a name.
_ROOTS = "home|Users|root|tmp|var|etc|opt|mnt|media|usr|srv|data|private|Volumes|proc|dev|scratch|workspace|workspaces|nfs|app|run|cluster"
_END = r"[^\s\"'`<>|;,)\]}\\]"
_POSIX = rf"(?:(?<![\w./~\]•-])|(?<=\s-[A-Za-z]))/(?!/)(?:(?:[\w.@+~%=:-]+/){_END}*|(?<!</)(?:{_ROOTS})(?![\w.@+~-]))"
_WINDOWS = r"(?<![A-Za-z0-9])[A-Za-z]:(?:\\{1,4}|/(?!/))[\w.$~%(-][^\s\"'`<>|;,)\]}]*"
_UNC = r"(?<![\\\w])\\{2,4}[\w.-]{1,80}\\{1,2}[\w.$-][^\s\"'`<>|;,)\]}]*"
_URL = rf"(?i:file)://?/?{_END}+"
_ONE = f"{_URL}|{_WINDOWS}|{_UNC}|{_POSIX}"
# Within quotation marks a path may have spaces.
_PATHS = re.compile(rf"(?<=\")(?=(?:{_ONE}))[^\"\n]{{1,4096}}(?=\")|(?<=')(?=(?:{_ONE}))[^'\n]{{1,4096}}(?=')|{_ONE}")

_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:[\\/]{1,4}Users[\\/]{1,4})([^/\\\s\"'<>]{1,64})")


def without_paths(text: str) -> str:
    """The text with each absolute path in it left out; itself where it holds none."""
    if "/" not in text and "\\" not in text:
        return text
    whole = text.removeprefix("path:")
    if "\n" not in text and (found := _PATHS.match(whole)) and found.start() == 0 and ": " not in text:
        return text[: len(text) - len(whole)] + PATH
    return _PATHS.sub(PATH, text)


def homes(text: str) -> list[str]:
    """The users whose home directories a text names."""
    return _HOME.findall(text) if "/" in text or "\\" in text else []
