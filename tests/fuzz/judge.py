"""What must hold of whatever a workspace holds: it is refused with a sentence, or its site is sound, in little time and memory."""

import json
import math
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import html5lib
from markdown_it import MarkdownIt

from contexta import workspace
from contexta.errors import ContextaError
from contexta.site import Press, build_site

# Seconds of the processor's time for one small workspace, which takes a tenth of one: only what hangs takes as long.
SECONDS = 20

MEGABYTES = 400

_HARMLESS = ("http:", "https:", "mailto:")


def judge(root: Path, out: Path) -> str:
    """Build the site of a workspace and look at every page; says `built` or `refused`.

    Raises AssertionError, or whatever the build raised that is no sentence.
    """
    with _limited():
        try:
            with workspace.indexed(root) as opened:
                build_site(opened, Press(out, ("html", "md", "json", "csv"), assets="external"))
        except ContextaError as error:
            sentence = str(error)
        else:
            sentence = ""
    if sentence:
        assert "\n" not in sentence
        return "refused"
    for path in out.rglob("*"):
        _CHECKS.get(path.suffix, _is_file)(path)
    return "built"


@contextmanager
def _limited() -> Iterator[None]:
    """Break off what takes too long, or asks for too much memory beyond what this process has."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise AssertionError(f"more than {SECONDS} s of the processor's time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    memory = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_data() + MEGABYTES * 1024 * 1024, memory[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, memory)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _data() -> int:
    """How many bytes of memory this process has asked for."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmData:")[2].split()[0]) * 1024


def _is_file(_path: Path) -> None:
    """Nothing is known of others."""


def _html(path: Path) -> None:
    """It is HTML without a fault, and holds nothing that acts."""
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(path.read_text("utf-8"))
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        assert element.tag not in ("iframe", "object", "embed", "base", "form")
        if element.tag == "script" and path.name != "404.html":  # which stands alone
            assert not (element.text or "").strip(), path
        for name, value in element.items():
            assert not name.startswith("on"), (path, name)
            assert name not in ("style", "srcdoc", "action")
            if name in ("href", "src"):
                assert ":" not in value.partition("#")[0].partition("/")[0] or value.startswith(_HARMLESS), (path, value)


def _markdown(path: Path) -> None:
    """No HTML, image or link in it but to pages beside it, or what an author linked to."""
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))
    inner = [token for outer in tokens for token in (outer, *(outer.children or ()))]
    assert {token.type for token in inner}.isdisjoint({"html_block", "html_inline", "image"}), path
    links = [str(token.attrs["href"]) for token in inner if token.type == "link_open"]
    assert [link for link in links if ":" in link.partition("/")[0] and not link.startswith(_HARMLESS)] == [], path


def _json(path: Path) -> None:
    """It is strict JSON, every number of it finite."""

    def finite(text: str) -> float:
        assert math.isfinite(float(text)), (path, text)
        return float(text)

    json.loads(path.read_bytes(), parse_float=finite, parse_constant=finite)


_CHECKS = {".html": _html, ".md": _markdown, ".json": _json}
