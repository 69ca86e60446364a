"""How far what lies in a workspace can be trusted: what is wrong, what that means for the reports, and what to do."""

from contexta.report.health.causes import CAUSES, Cause
from contexta.report.health.examination import Examination, Group
from contexta.report.health.findings import Finding, about_artifact, in_deployment, in_files, in_run, to_come

__all__ = ["CAUSES", "Cause", "Examination", "Finding", "Group", "about_artifact", "in_deployment", "in_files", "in_run", "to_come"]
