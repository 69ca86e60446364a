"""Pure functions from what is known of runs to the pages about them."""

from contexta.report.archives import Archive
from contexta.report.comparison import build_comparison, comparison_ref, is_comparison
from contexta.report.deployment import build_deployment
from contexta.report.diagnostics import diagnose
from contexta.report.digest import build_digest
from contexta.report.directions import BY_NAME, Directions
from contexta.report.document import Document
from contexta.report.history import Story, stories
from contexta.report.left_out import noted
from contexta.report.missing import MISSING, build_missing
from contexta.report.news import news
from contexta.report.overviews import build_archive, build_index, build_project
from contexta.report.run import build_snapshot_report
from contexta.report.summary import DeploymentSummary, RunSummary, summarize, summarize_deployment
from contexta.report.traits import RunTraits, traits

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
    "build_project",
    "build_snapshot_report",
    "comparison_ref",
    "diagnose",
    "is_comparison",
    "news",
    "noted",
    "stories",
    "summarize",
    "summarize_deployment",
    "traits",
]
