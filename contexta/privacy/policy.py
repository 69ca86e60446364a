"""What reports show, and to whom."""

from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from contexta.contract import DeploymentSnapshot, Problem, Project, RunSnapshot
from contexta.errors import Leak
from contexta.privacy.parts import Files
from contexta.privacy.redacted import without_content
from contexta.privacy.secret import Masking, is_clean
from contexta.privacy.walk import changed, same, with_fields

S = TypeVar("S", RunSnapshot, DeploymentSnapshot)
T = TypeVar("T", RunSnapshot, DeploymentSnapshot, Project, Files)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Secrets are masked for whomever, and what was recorded on samples with a redaction profile is withheld.

    A `public` report also leaves out absolute paths, hosts, users, environment variables, and tags but those listed in `tags`.
    """

    public: bool = False
    tags: tuple[str, ...] = ()

    def snapshot(self, snapshot: S) -> S:
        """A snapshot as it may be shown, which says what was masked or left out; itself where nothing was."""
        new, counts = without_content(snapshot)
        if self.public or not is_clean(new):
            new, found = self._shown(new)
            counts += found
        return snapshot if new is snapshot else with_fields(new, {"withheld": dict(sorted((counts + Counter(snapshot.withheld)).items()))})

    def project(self, project: Project) -> Project:
        """Likewise what a project says of itself."""
        return self._shown(project)[0]

    def problems(self, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
        """Likewise what is wrong with lines."""
        files = Files(problems)
        return problems if not self.public and is_clean(files) else self._shown(files)[0].problems

    def refuse_leaks(self, place: str, content: bytes) -> None:
        """Look at a file that is about to be published; raises Leak, which names it, where it holds what is not to be shown."""
        if not self.public:
            return
        from contexta.privacy.scan import leaks

        if found := leaks(content):
            what = f"{place} is not published: it holds {' and '.join(found)}"
            raise Leak(f"{what}; look at names, references, templates and the theme, which --public leaves as they are")

    def _shown(self, thing: T) -> tuple[T, Counter[str]]:
        # Most workspaces hold nothing to mask, and what finds the places of machines takes long to import.
        from contexta.privacy.public import Anonymous, Elsewhere

        masking = Anonymous() if self.public else Masking()
        new = changed(thing, masking)
        if self.public:
            new = self._listed(new, masking.counts)
        names = masking.names if isinstance(masking, Anonymous) else {}
        if masking.secrets or names:
            new = changed(new, Elsewhere(masking.secrets, names, masking.counts))
        return new, +masking.counts

    def _listed(self, thing: T, counts: Counter[str]) -> T:
        """Without environment variables, and tags that are not listed."""
        from contexta.privacy.public import Unlisted, without_unlisted

        listed = frozenset(self.tags)
        if isinstance(thing, RunSnapshot | DeploymentSnapshot):
            series = same(thing.series, without_unlisted(thing.series, listed, counts))
            thing = thing if series is thing.series else with_fields(thing, {"series": series})
        return changed(thing, Unlisted(listed, counts))


# What every report keeps to itself.
SECRETS = Privacy()
