"""The JUnit file: read back by a parser that others use, valid by the schema, whatever text a run holds."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml
from junitparser import TestCase as Case  # a name that begins with Test would be collected
from junitparser import TestSuite as Suite

from contexta.delivery.gate import Outcome
from contexta.delivery.junit import MAX_LINES, to_junit
from tests.delivery.hostile import EVIL, texts

SCHEMA = xmlschema.XMLSchema(Path(__file__).with_name("junit.xsd"))

PASSED = Outcome("evaluate/accuracy >= 0.9", passed=True, evidence="0.95 in evaluate")
FAILED = Outcome(
    "no error", passed=False, evidence="2 errors: failed_run, failed_stage", more=("error failed_run: …", "error failed_stage: …")
)

# A rule that a gate has read says more than spaces.
outcomes = st.builds(Outcome, texts.filter(lambda text: bool(text.split())), st.booleans(), texts, st.lists(texts, max_size=2).map(tuple))


def written(*found: Outcome) -> bytes:
    return to_junit(found, "run:demo.r1", "2026-10-01T08:12:56.250Z")


def suite_of(content: bytes) -> Suite:
    (suite,) = JUnitXml.fromstring(content)
    assert isinstance(suite, Suite)
    return suite


def cases_of(content: bytes) -> list[Case]:
    return [case for case in suite_of(content) if isinstance(case, Case)]


def test_another_reader_sees_which_rules_failed_and_why() -> None:
    suite = suite_of(written(PASSED, FAILED))
    passed, failed = cases_of(written(PASSED, FAILED))
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("run:demo.r1", 2, 1, 0, 0)
    assert (passed.name, passed.is_passed) == ("evaluate/accuracy >= 0.9", True)
    (failure,) = failed.result
    assert isinstance(failure, Failure)
    assert failure.message == "2 errors: failed_run, failed_stage"
    assert failure.text.split("\n")[1:] == ["error failed_run: …", "error failed_stage: …"]


def test_a_case_is_called_the_same_in_every_run_of_a_project() -> None:
    names = [
        [(case.classname, case.name) for case in cases_of(to_junit([PASSED], run, "2026-10-01T08:12:56Z"))]
        for run in ("run:demo.r1", "run:demo.r2")
    ]
    assert names[0] == names[1] == [("contexta-report check demo", "evaluate/accuracy >= 0.9")]


def test_the_lines_that_were_printed_stand_there_too() -> None:
    assert fromstring(written(PASSED, FAILED)).findtext("testsuite/system-out") == f"{PASSED.line}\n{FAILED.line}"


def test_the_time_is_the_run_s() -> None:
    assert suite_of(written(PASSED)).timestamp == "2026-10-01T08:12:56"


def test_no_case_has_the_name_of_another() -> None:
    same = [Outcome(rule, passed=True, evidence="") for rule in ("a > 1", "a  > 1", "a > 1", "a > 1 (2)")]
    assert [case.name for case in cases_of(written(*same))] == ["a > 1", "a > 1 (2)", "a > 1 (3)", "a > 1 (2) (2)"]


def test_of_very_many_issues_the_rest_is_counted() -> None:
    (case,) = cases_of(written(Outcome("no error", passed=False, evidence="many", more=("x" * 100_000,) * 10_000)))
    lines = case.result[0].text.split("\n")
    assert lines[-1] == "and 9,800 more"
    assert len(lines) == MAX_LINES + 2
    assert sum(map(len, lines)) < 1_000_000


@pytest.mark.parametrize("evil", [*filter(bool, EVIL)])
def test_hostile_text_leaves_a_file_that_can_be_read(evil: str) -> None:
    content = written(Outcome(evil, passed=False, evidence=evil, more=(evil,)), PASSED)
    SCHEMA.validate(content.decode())
    assert len(cases_of(content)) == 2
    assert not {"\x00", "\x1b", "\u202e", "\ufffe"} & {*content.decode()}


@settings(deadline=None, max_examples=50)
@given(st.lists(outcomes, max_size=4))
def test_the_file_is_valid_whatever_it_says(found: list[Outcome]) -> None:
    content = written(*found)
    assert len(fromstring(content)[0].findall("testcase")) == len(found)
    SCHEMA.validate(content.decode())


@pytest.mark.parametrize(
    "wrong", [b'id="0"', b'timestamp="2026-10-01T08:12:56"', b"<system-err />", b'classname="contexta-report check demo"']
)
def test_the_schema_refuses_what_is_wrong(wrong: bytes) -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(written(PASSED).replace(wrong, b"").decode())
