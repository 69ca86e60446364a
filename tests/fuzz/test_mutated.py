"""Workspaces with bytes that nobody meant: no end but a sentence, no page that is not sound.

CONTEXTA_FUZZ says how many (300), CONTEXTA_FUZZ_FROM with which number to begin: each number is one workspace, always the same.
"""

import os
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import strategies as build
from tests.fuzz.judge import judge
from tests.fuzz.mutation import mutated, seeds, write

COUNT = int(os.environ.get("CONTEXTA_FUZZ", "300"))
FROM = int(os.environ.get("CONTEXTA_FUZZ_FROM", "0"))


def test_mutated_workspaces_are_refused_with_a_sentence_or_give_a_sound_site() -> None:
    known = seeds()
    verdicts: Counter[str] = Counter()
    for number in range(FROM, FROM + COUNT * 2 // 3):
        chance = Random(number)
        with tempfile.TemporaryDirectory() as folder:
            write(mutated(chance.choice(known), known, chance), Path(folder) / "workspace")
            try:
                verdicts[judge(Path(folder) / "workspace", Path(folder) / "site")] += 1
            except BaseException as error:
                error.add_note(f"CONTEXTA_FUZZ=2 CONTEXTA_FUZZ_FROM={number} shows it again")
                raise
    assert verdicts["built"] > COUNT // 2


@settings(max_examples=COUNT - COUNT * 2 // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(build.workspaces(), st.randoms(use_true_random=False))
def test_neither_do_mutations_of_any_valid_workspace_break_it(files: build.Files, chance: Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = files.write(Path(folder) / "workspace")
        lines = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.jsonl"))}
        if lines:
            write(mutated(lines, [lines], chance), root)
        judge(root, Path(folder) / "site")
