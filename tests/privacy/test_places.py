"""Absolute paths."""

import pytest

from contexta.privacy.places import holds_path, homes, without_paths

LEFT_OUT = {
    "/home/alice/run.py": "[path left out]",
    "/home/alice/My Documents/x": "[path left out]",
    "/tmp": "[path left out]",
    "saved in /tmp.": "saved in [path left out].",
    "see /srv/x/y.py, and more": "see [path left out], and more",
    'File "/home/al ice/x.py", line 3': 'File "[path left out]", line 3',
    "cannot open '/opt/a b/c': no": "cannot open '[path left out]': no",
    "PYTHONPATH=/a/b:/c/d": "PYTHONPATH=[path left out]",
    "gcc -I/usr/include/x -O2": "gcc -I[path left out] -O2",
    "host:/export/x": "host:[path left out]",
    "C:\\Users\\Al\\x.txt": "[path left out]",
    "at C:/Users/Al/x": "at [path left out]",
    "at 'C:\\\\Users\\\\Al'": "at '[path left out]'",
    "\\\\server\\share\\x": "[path left out]",
    "file:///etc/passwd": "[path left out]",
    "path:/abs/m.bin": "path:[path left out]",
    "path:C:\\m": "path:[path left out]",
}

HARMLESS = (
    *("", "a/b/c", "./a/b", "../a/b", "~/a/b", "and/or", "n/a", "10/12/2025", "rows/s", "/", "//", "1 / 2", "path:models/m.bin"),
    *("s3://bucket/key/x", "https://example.org/home/x", "//cdn/x/y", "</data>", "</g></svg>", "a: b", "12:30", "\\n", "\\alpha"),
)


@pytest.mark.parametrize(("text", "left"), LEFT_OUT.items())
def test_an_absolute_path_is_left_out(text: str, left: str) -> None:
    assert holds_path(text)
    assert without_paths(text) == left
    assert without_paths(left) == left


@pytest.mark.parametrize("text", [*HARMLESS, "/" * 100_000, "a/" * 50_000, "\\" * 5])
def test_what_is_no_absolute_path_stays(text: str) -> None:
    assert not holds_path(text)
    assert without_paths(text) == text


def test_a_home_directory_names_its_user() -> None:
    assert homes("/home/alice/x and /Users/bob, C:\\Users\\carol\\y, home/dave") == ["alice", "bob", "carol"]
