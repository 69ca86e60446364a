"""Sites that are built again and again over what was built before, and clean ones to compare them with."""

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contexta import workspace
from contexta.render import Placement
from contexta.site import Built, Crew, Hosting, Press, Retention, Selection, build_site
from contexta.site.hosting import NOWHERE
from contexta.site.retention import EVERYTHING
from tests.site import tree

# Where a workspace keeps its index: no part of what a clean build is made from.
INDEX = "cache/report"


@dataclass
class Site:
    """A workspace and the site that is built from it, with what was learned before kept between the builds."""

    root: Path
    out: Path
    formats: tuple[str, ...] = ("html",)
    templates: Path | None = None
    title: str | None = None
    selection: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cache: Path | None = None
    theme: Path | None = None
    assets: Placement = "inline"
    hosting: Hosting = NOWHERE
    retention: Retention = EVERYTHING

    def build(self, crew: Crew | None = None, *, anew: bool = False, notify: Callable[[str], None] = lambda _note: None) -> Built:
        """Build it once more."""
        spread: dict[str, Any] = {} if crew is None else {"spread": crew.in_order}
        with workspace.indexed(self.root, self.cache, anew=anew, notify=notify, **spread) as opened:
            return self._built(opened, self.out, crew)

    def made(self) -> set[str]:
        """Build it once more, and tell the titles of the pages that were made."""
        titles: list[str] = []
        with workspace.indexed(self.root, self.cache) as opened:
            self._built(opened, self.out, None, titles.append)
        assert len(titles) == len(set(titles)), "a test tells pages by their titles"
        return set(titles)

    def _built(
        self, opened: workspace.Workspace, out: Path, crew: Crew | None = None, progress: Callable[[str], None] = lambda _title: None
    ) -> Built:
        press = Press(out, self.formats, self.templates, theme=self.theme, assets=self.assets, hosting=self.hosting)
        selection = Selection(**self.selection)
        return build_site(opened, press, selection=selection, retention=self.retention, title=self.title, crew=crew, progress=progress)

    def clean(self) -> dict[str, bytes]:
        """What a build into a new folder gives, from a copy of the workspace that knows of no earlier build."""
        with tempfile.TemporaryDirectory() as folder:
            copy = copied(self.root, Path(folder) / "workspace")
            self._built(workspace.open(copy), Path(folder) / "site")
            return tree(Path(folder) / "site")

    def assert_is_clean(self) -> None:
        """The site is what a clean build gives, byte for byte."""
        assert_same(tree(self.out), self.clean())

    def modified(self) -> dict[str, int]:
        """When each file was written, and that it is still the same one."""
        paths = (path for path in self.out.rglob("*") if path.is_file())
        return {path.relative_to(self.out).as_posix(): path.stat().st_mtime_ns ^ path.stat().st_ino for path in paths}


def copied(root: Path, to: Path) -> Path:
    """A copy of a workspace without what builds keep in it."""
    return Path(shutil.copytree(root, to, ignore=lambda folder, _names: ["report"] if Path(folder) == root / "cache" else []))


def assert_same(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> None:
    """Two trees are equal; says which files differ, not how."""
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def append(root: Path, name: str, data: bytes) -> None:
    """Append bytes to a file of a workspace."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as stream:
        stream.write(data)


def line(frame: Mapping[str, Any]) -> bytes:
    """A frame as a line of a file."""
    return json.dumps(frame).encode() + b"\n"
