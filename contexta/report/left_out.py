"""What the pages about many say of runs that are not in a site."""

from dataclasses import replace

from contexta.report.document import Document, Note, Section

_RUNS = "Runs"


def noted(document: Document, sentence: str) -> Document:
    """The page with a sentence at the head of its runs; where it has none, in their place."""
    note = Note(sentence)
    told = tuple(replace(section, blocks=(note, *section.blocks)) if section.title == _RUNS else section for section in document.sections)
    return replace(document, sections=told if told != document.sections else (*told, Section(_RUNS, (note,))))
