"""Inputs that a fuzzer finds by what code they reach: `python -m tests.fuzz.guided lines|markdown [libFuzzer's options]`.

`-runs=20000` or `-max_total_time=600` say how long, a folder after that keeps what was found. Needs the package atheris (the extra `fuzz`).
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import atheris

from tests.conftest import CHECKOUT, TINY

with atheris.instrument_imports(include=["contexta", "markdown_it"], enable_loader_override=False):
    from markdown_it import MarkdownIt

    from contexta.errors import ContextaError
    from contexta.render import prose, to_markdown
    from contexta.render.links import no_links
    from contexta.report.document import Document, Prose, Section
    from contexta.report.inline import Ref
    from contexta.workspace.frames import interpret, owners
    from contexta.workspace.lines import Block, Located, read_blocks, read_lines
    from contexta.workspace.planes import Extent
    from contexta.workspace.scan import Part
    from contexta.workspace.scan import read as scan
    from contexta.workspace.trimming import trimmed


_TAG = re.compile(r"</?([a-z0-9]*)")
_TAGS = set(re.findall("[a-z0-9]+", "a blockquote br code em h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul"))
_ADDRESS = re.compile(r'href="([^"]*)')


def lines(path: Path, data: bytes) -> None:
    """Every way of reading a file sees the same lines in it, and ends with them."""
    path.write_bytes(data)
    found = list(read_lines(path, "f"))
    located = [line for line in found if isinstance(line, Located)]
    for line in located:
        with suppress(ContextaError):
            item = interpret(line.value)
            owners(item)
            trimmed(item)
    reading = scan(Part("f", path, 0, len(data)))
    assert reading.line == 1 + data.count(b"\n")
    assert reading.end == data.rfind(b"\n") + 1
    blocks = read_blocks(path, "f", [Extent("f", 0, reading.end, 1)]) if reading.end else ()
    parsed = [block.parsed(index) for block in blocks if isinstance(block, Block) for index in range(len(block.texts))]
    assert [line for line in parsed if isinstance(line, Located)] == located


def markdown(data: bytes) -> None:
    """What an author wrote becomes a page without HTML, images or scripts of theirs, in both formats."""
    text = data.decode("utf-8", "replace")
    html = str(prose.html(text)).lower()
    assert set(_TAG.findall(html)) <= _TAGS
    assert all(address.startswith(("http://", "https://", "mailto:")) for address in _ADDRESS.findall(html))
    document = Document("title", "run", Ref("run:p.r", "r"), (Section("s", (Prose(text),)),))
    page = MarkdownIt("commonmark").parse(to_markdown(document, no_links))
    kinds = {token.type for outer in page for token in (outer, *(outer.children or ()))}
    assert kinds.isdisjoint({"html_block", "html_inline", "image"})


def examples(name: str) -> Iterator[bytes]:
    """What to begin with: the lines of small workspaces, the paragraphs of the README."""
    if name == "markdown":
        yield from (CHECKOUT / "README.md").read_bytes().split(b"\n\n")
        return
    for path in sorted(TINY.rglob("*.jsonl")):
        yield from path.read_bytes().splitlines(keepends=True)[:4]


def main() -> None:
    """Run one of the targets, as the command line says."""
    with tempfile.TemporaryDirectory() as folder:
        targets: dict[str, Callable[[bytes], None]] = {"lines": partial(lines, Path(folder) / "plane.jsonl"), "markdown": markdown}
        target = targets[name := sys.argv.pop(1)]
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, data in enumerate(examples(name)):
            (corpus / str(number)).write_bytes(data)
        atheris.Setup([*sys.argv, str(corpus)], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
