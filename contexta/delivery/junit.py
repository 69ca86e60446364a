"""The outcomes of a check as a JUnit file, which Jenkins, GitLab and most other CI systems read.

Valid by the schema of Apache Ant's reports (windyroad/JUnit-Schema, which wants `package`, `id`, `hostname`, a time without a zone,
and both outputs), and by that of Jenkins (xunit-plugin, `junit-10.xsd`). GitLab drops what has the name of another.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring  # only writes: what is read from XML can do no harm

from contexta.delivery.gate import Outcome
from contexta.delivery.names import told_apart
from contexta.render import words
from contexta.render.xml import legal

SUITE = "contexta-report check"

# A file of GitLab may have 30 MB: what a case says beyond this helps nobody.
MAX_LINES, MAX_LINE = 200, 2_000


def to_junit(outcomes: Sequence[Outcome], run_ref: str, started_at: str) -> bytes:
    """One suite, a case for each outcome; the time is when the run began, since a file of the same run is the same.

    A case is called the same in every run of a project, so that a CI system sees which began to fail.
    """
    project = run_ref.removeprefix("run:").partition(".")[0]
    root = Element("testsuites")
    failures = sum(not outcome.passed for outcome in outcomes)
    counts = {"tests": str(len(outcomes)), "failures": str(failures), "errors": "0", "skipped": "0", "time": "0"}
    where = {"name": run_ref, "package": SUITE, "id": "0", "hostname": "localhost", "timestamp": started_at[:19]}
    suite = SubElement(root, "testsuite", {**where, **counts})
    SubElement(suite, "properties")
    rules = (" ".join(_line(outcome.rule).split()) for outcome in outcomes)  # spaces as a reader of the schema's tokens sees them
    for outcome, name in zip(outcomes, told_apart(rules, "{} ({})"), strict=True):
        _add_case(suite, outcome, name, f"{SUITE} {project}")
    SubElement(suite, "system-out").text = "\n".join(_line(outcome.line) for outcome in outcomes)
    SubElement(suite, "system-err")
    indent(root)
    written: bytes = tostring(root, "utf-8", xml_declaration=True)
    return written + b"\n"


def _add_case(suite: Element, outcome: Outcome, name: str, classname: str) -> None:
    case = SubElement(suite, "testcase", {"name": name, "classname": classname, "time": "0"})
    if not outcome.passed:
        failure = SubElement(case, "failure", {"message": _line(outcome.evidence), "type": "check"})
        failure.text = "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> list[str]:
    rest = len(outcome.more) - MAX_LINES
    return [_line(line) for line in (outcome.evidence, *outcome.more[:MAX_LINES])] + ([f"and {rest:,} more"] if rest > 0 else [])


def _line(text: str) -> str:
    """One line that XML can hold, in which nothing is hidden."""
    return legal(words.shortened(words.one_line(text), MAX_LINE))
