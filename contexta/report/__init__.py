"""Pure functions from what is known of runs to the pages about them."""

from typing import TYPE_CHECKING

from contexta.later import later

if TYPE_CHECKING:
    from contexta.report.archives import Archive
    from contexta.report.comparison import build_comparison
    from contexta.report.deployment import build_deployment
    from contexta.report.diagnostics import diagnose
    from contexta.report.digest import build_digest
    from contexta.report.directions import BY_NAME, Directions
    from contexta.report.document import Document
    from contexta.report.history import Story, stories
    from contexta.report.left_out import noted
    from contexta.report.missing import build_missing
    from contexta.report.news import build_news
    from contexta.report.overviews import build_archive, build_index, build_project
    from contexta.report.refs import MISSING, comparison_ref, is_comparison
    from contexta.report.run import build_snapshot_report
    from contexta.report.summarizing import summarize, summarize_deployment
    from contexta.report.summary import DeploymentSummary, RunSummary
    from contexta.report.traits import RunTraits

__all__ = [
    "BY_NAME",
    "MISSING",
    "Archive",
    "DeploymentSummary",
    "Directions",
    "Document",
    "RunSummary",
    "RunTraits",
    "Story",
    "build_archive",
    "build_comparison",
    "build_deployment",
    "build_digest",
    "build_index",
    "build_missing",
    "build_news",
    "build_project",
    "build_snapshot_report",
    "comparison_ref",
    "diagnose",
    "is_comparison",
    "noted",
    "stories",
    "summarize",
    "summarize_deployment",
]

__getattr__ = later(
    __name__,
    {
        "BY_NAME": "directions",
        "MISSING": "refs",
        "Archive": "archives",
        "DeploymentSummary": "summary",
        "Directions": "directions",
        "Document": "document",
        "RunSummary": "summary",
        "RunTraits": "traits",
        "Story": "history",
        "build_archive": "overviews",
        "build_comparison": "comparison",
        "build_deployment": "deployment",
        "build_digest": "digest",
        "build_index": "overviews",
        "build_missing": "missing",
        "build_news": "news",
        "build_project": "overviews",
        "build_snapshot_report": "run",
        "comparison_ref": "refs",
        "diagnose": "diagnostics",
        "is_comparison": "refs",
        "noted": "left_out",
        "stories": "history",
        "summarize": "summarizing",
        "summarize_deployment": "summarizing",
    },
)
