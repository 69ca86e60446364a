"""A workspace whose files are rotated, compressed or removed all through its builds: a right site or a sentence, never a wrong page."""

import json
import shutil
from pathlib import Path

import pytest

from contexta.errors import UnreadableWorkspace
from tests import strategies as build
from tests.conftest import TINY
from tests.site.rebuilding import Site
from tests.site.test_while_written import at_work

# Appends numbered events to one file, and rotates it as logrotate does: the older ones move up, the first but one is compressed.
ROTATING = """
import gzip, os, sys, time
from pathlib import Path
path = Path(sys.argv[1])
line = sys.stdin.buffer.readline()
path.parent.mkdir(parents=True, exist_ok=True)
def rotated():
    named = ((int(file.name.split(".")[2]), file) for file in path.parent.glob("record.jsonl.*") if not file.name.endswith(".tmp"))
    for number, file in sorted(named, reverse=True):
        file.rename(file.with_name(file.name.replace(f".{number}", f".{number + 1}")))
    path.rename(f"{path}.1")
    second = Path(f"{path}.2")
    if second.exists():
        Path(f"{second}.gz").write_bytes(gzip.compress(second.read_bytes()))
        second.unlink()
number = 0
while True:
    with path.open("ab", buffering=0) as stream:
        for _ in range(40):
            stream.write(line.replace(b"NUMBER", b"%d" % number))
            number += 1
            time.sleep(0.002)
    rotated()
    if number == 120:
        os.write(1, b".")
"""

LINE = build.record_frame(build.event("e-NUMBER", "NUMBER"))


def test_of_a_file_that_is_rotated_no_line_is_missed_and_none_counts_twice(tmp_path: Path) -> None:
    site = Site(build.write_lines(tmp_path / "workspace"), tmp_path / "site", ("json",))
    counts: list[int] = []
    with at_work(ROTATING, str(site.root / build.CAPTURED), lines=[LINE]):
        while len(counts) < 4:
            try:
                site.build()
            except UnreadableWorkspace as error:
                refused = str(error)
                assert "rotated" in refused
                continue
            counts.append(seen(site))
    assert counts == sorted(set(counts))
    site.build()
    site.assert_is_clean()


def seen(site: Site) -> int:
    """How many events the page of the run tells of: the first that were written, each of them once, in their order."""
    page = json.loads((site.out / "runs/p.r.json").read_bytes())
    (table,) = (block for section in page["sections"] if section["title"] == "Events" for block in section["blocks"])
    message = table["columns"].index("Message")
    assert int(table["rows"][-1][message]["value"]) == table["total"] - 1
    return int(table["total"])


@pytest.mark.parametrize("cache", ["cache", None])
def test_a_workspace_that_is_removed_while_pages_are_made_ends_the_build_with_a_sentence(cache: str | None, tmp_path: Path) -> None:
    root = Path(shutil.copytree(TINY / "valid" / "iris-svm-capture", tmp_path / "workspace"))
    site = Site(root, tmp_path / "site", cache=tmp_path / cache if cache else None)
    with pytest.raises(UnreadableWorkspace, match="removed while pages were made"):
        site.build_while(lambda: shutil.rmtree(root))
