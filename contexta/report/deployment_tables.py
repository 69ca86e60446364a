"""Tables of deployments, as the pages about many show them: `scope` is what the page tells of."""

from collections.abc import Iterable, Mapping

from contexta.report import cells, progress
from contexta.report.directions import Directions
from contexta.report.document import Table
from contexta.report.history import Spell, Story
from contexta.report.inline import Cell, Ref
from contexta.report.run_tables import attention_cell, number_cell, project_cell
from contexta.report.summary import DeploymentSummary, Summary

CAPTION = "Deployments, newest first"


def live(stories: Iterable[Story], scope: Ref, directions: Directions) -> Table:
    """What is live: from which run, with which number, what it took the place of, and since when."""
    titles = ("Deployment", "Project", "Run", "Headline number", "Change", "Replaced", "Live since")
    return cells.table("", titles, (_live_row(story, scope, directions) for story in stories))


def _live_row(story: Story, scope: Ref, directions: Directions) -> tuple[Cell, ...]:
    one = story.spell.deployment
    return (
        one.link(),
        project_cell(one.project, scope),
        story.run.link() if story.run else last_component(one.run_ref),
        number_cell(progress.leading(story.run, directions)) if story.run else None,
        progress.change_of_leading(story.run, story.run_before, directions),
        link(story.spell.replaced),
        cells.time(one.started_at),
    )


def history(many: Iterable[DeploymentSummary], spells: Mapping[str, Spell], scope: Ref) -> Table:
    """Deployments, and which took the place of which."""
    titles = ("Deployment", "Project", "Status", "Started", "Run", "Artifact", "Replaced", "Replaced by", "Live for", "Attention")
    return cells.table(CAPTION, titles, (_history_row(spells[one.ref], scope) for one in many))


def _history_row(spell: Spell, scope: Ref) -> tuple[Cell, ...]:
    *told, attention = _row(spell.deployment, scope)
    return (*told, link(spell.replaced), link(spell.after), spell.lasted(), attention)


def archived(many: Iterable[DeploymentSummary], scope: Ref) -> Table:
    """Deployments, by what stays as it is whatever comes later."""
    titles = ("Deployment", "Project", "Status", "Started", "Run", "Artifact", "Attention")
    return cells.table(CAPTION, titles, (_row(one, scope) for one in many))


def _row(one: DeploymentSummary, scope: Ref) -> tuple[Cell, ...]:
    return (
        one.link(),
        project_cell(one.project, scope),
        one.standing(),
        cells.time(one.started_at),
        last_component(one.run_ref),
        last_component(one.artifact_ref),
        attention_cell(one.attention),
    )


def link(one: Summary | None) -> Ref | None:
    """Something that may not be there, called by its name."""
    return one.link() if one else None


def last_component(ref: str | None) -> Ref | None:
    """Something of which no more than the reference is known."""
    return None if ref is None else Ref(ref, ref.rpartition(".")[2])
