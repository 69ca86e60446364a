"""Parameters, Environment and Diagnostics: what the runs were started with, and what needs attention in one of them."""

from contexta.report import differences
from contexta.report.comparison.pair import Pair
from contexta.report.diagnostics import diagnose
from contexta.report.differences import counted, the_same
from contexta.report.document import Note, Section
from contexta.report.traits import findings_of


def parameters(pair: Pair) -> Section:
    """Code, data, settings and tags that differ."""
    left, right = pair.setups
    code, settings = differences.of_code(right, left), differences.of_parameters(right, left)
    differing, same = [*code.differing, *settings.differing], [*code.same, *counted(settings, "parameter")]
    if not differing and not same:
        return Section("Parameters", (Note("Neither run says what it was started with."),))
    return Section("Parameters", (pair.told("Parameter", differing, the_same(same)),))


def environment(pair: Pair) -> Section | None:
    """Python, platform and packages that differ."""
    left, right = pair.setups
    if left.python is None and right.python is None:
        return None
    platform, packages = differences.of_platform(right, left), differences.of_packages(right, left)
    differing, same = [*platform.differing, *packages.differing], [*platform.same, *counted(packages, "package")]
    return Section("Environment", (pair.told("Package", differing, the_same(same)),))


def diagnostics(pair: Pair) -> Section:
    """What needs attention in one run only."""
    left, right = (findings_of(diagnose(one)) for one in (pair.left, pair.right))
    found = differences.of_findings(right, left)
    return Section("Diagnostics", (pair.told("Issue", found.differing, the_same(counted(found, "issue"))),))
