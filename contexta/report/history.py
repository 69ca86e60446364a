"""Which deployment took the place of which: what is live, since when, and what was before."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from contexta.contract.fields import chronological, seconds_between
from contexta.report.inline import Duration
from contexta.report.summary import DeploymentSummary, RunSummary

# The last words of a name that say which of several it is, not of what: `prod-v2`, `nightly-2026-10-01`, `api-1ef63de`.
_WHICH = re.compile(r"v?\d+|(?=.*\d)[0-9a-f]{7,}")

# How the pages say what follows.
TOLD_BY = (
    "What replaced what is told by names and times: a deployment takes the place of the last one before it of the same name, but for the "
    "number at its end, unless it failed, was cancelled or never ended."
)


@dataclass(frozen=True, slots=True)
class Spell:
    """A deployment, the one that it took the place of, and the one that took its own.

    Nobody writes such things down, so they are told by names and times: in a project, those whose names are the same but for the number or
    hash at their end stand in one place (`prod-v1`, `prod-v2`), the one that started last is live, and it took the place of the one that
    started last before it. One that failed, was cancelled or never ended took no place: `before` is what it left there.
    """

    deployment: DeploymentSummary
    before: DeploymentSummary | None
    after: DeploymentSummary | None = None

    @property
    def took_place(self) -> bool:
        """Whether it was ever live: it completed, or nobody knows because no line describes it."""
        return self.deployment.status == "completed" or self.deployment.inferred

    @property
    def replaced(self) -> DeploymentSummary | None:
        """What it took the place of."""
        return self.before if self.took_place else None

    @property
    def is_live(self) -> bool:
        """Whether nothing took its place."""
        return self.took_place and self.after is None

    def lasted(self) -> Duration | None:
        """How long it was live; None where it still is, or never was."""
        if self.after is None or not self.took_place:
            return None
        return Duration(seconds_between(self.deployment.started_at, self.after.started_at))


@dataclass(frozen=True, slots=True)
class Story:
    """What the page of a deployment tells of others: its spell, its run, and the run of the one before it, where these are known."""

    spell: Spell
    run: RunSummary | None = None
    run_before: RunSummary | None = None

    def others(self) -> tuple[RunSummary | DeploymentSummary | None, ...]:
        """All that it tells of besides the deployment."""
        return (self.spell.before, self.spell.after, self.run, self.run_before)

    def refs(self) -> Iterator[str]:
        """What a page that tells it may link to."""
        yield from (one.ref for one in self.others() if one)
        yield from (one.run_ref for one in (self.spell.deployment, self.spell.before) if one and one.run_ref)


def spells(deployments: Iterable[DeploymentSummary]) -> Mapping[str, Spell]:
    """Deployment → its spell, the one that started first being the first."""
    found: dict[str, Spell] = {}
    live: dict[tuple[str, str], Spell] = {}
    for one in sorted(deployments, key=lambda one: (chronological(one.started_at), one.ref)):
        place = (one.project.ref, _place(one.ref))
        last = live.get(place)
        spell = found[one.ref] = Spell(one, last.deployment if last else None)
        if spell.took_place:
            if last:
                found[last.deployment.ref] = Spell(last.deployment, last.before, one)
            live[place] = spell
    return found


def stories(deployments: Iterable[DeploymentSummary], runs: Mapping[str, RunSummary]) -> Mapping[str, Story]:
    """Deployment → its story; `runs` by reference."""

    def run_of(one: DeploymentSummary | None) -> RunSummary | None:
        return runs.get(one.run_ref) if one and one.run_ref else None

    return {ref: Story(spell, run_of(spell.deployment), run_of(spell.before)) for ref, spell in spells(deployments).items()}


def _place(ref: str) -> str:
    """The name without what numbers it; nothing where that is all of it."""
    words = ref.rpartition(".")[2].split("-")
    while words and _WHICH.fullmatch(words[-1]):
        words.pop()
    return "-".join([*words[:-1], words[-1].rstrip("0123456789")]) if words else ""
