"""Rules as people write them, and a caret under the spot where they cannot be read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexta.delivery.rules import MAX_RULE, Asked, Bound, Rule, UnreadableRule, parse


def bound(text: str) -> Bound:
    return parse(f"accuracy >= {text}").bound


def refusal(text: str) -> list[str]:
    with pytest.raises(UnreadableRule) as caught:
        parse(text)
    return str(caught.value).split("\n")


# what can be read


def test_a_rule_asks_for_a_metric_of_a_stage_and_holds_it_against_a_number() -> None:
    text = "evaluate/accuracy >= 0.9"
    assert parse(text) == Rule(text, Asked("accuracy", "evaluate"), ">=", Bound(Decimal("0.9")))


def test_the_stage_may_be_left_out() -> None:
    assert parse("macro.f1 > 0.5").asked == Asked("macro.f1")


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize("space", ["", " ", "\t "])
def test_every_operator_is_read_with_and_without_spaces(operator: str, space: str) -> None:
    assert parse(f"loss{space}{operator}{space}1").operator == operator


def test_keys_may_hold_dots_hyphens_and_underscores_and_begin_with_a_digit() -> None:
    assert parse("train-2/latency.p95_max-1 < 5").asked == Asked("latency.p95_max-1", "train-2")
    assert parse("5xx < 5").asked == Asked("5xx")


@pytest.mark.parametrize("number", ["0", "-1", "+1.5", ".5", "5.", "1e-3", "1E+6", "-0.25e2", "12345678901234567890"])
def test_numbers_are_read_as_they_are_written(number: str) -> None:
    assert bound(number) == Bound(Decimal(number))


def test_a_bound_may_be_another_run() -> None:
    assert bound("previous") == Bound(Decimal(0), "previous")
    assert bound("run:digits-mlp.mlp-32") == Bound(Decimal(0), "run:digits-mlp.mlp-32")
    assert bound("latest:digits-mlp") == Bound(Decimal(0), "latest:digits-mlp")


@pytest.mark.parametrize("sign", ["+", "-", "*"])
def test_a_bound_may_lie_off_another_run(sign: str) -> None:
    assert bound(f"previous {sign} 0.01") == Bound(Decimal("0.01"), "previous", sign)  # type: ignore[arg-type]  # one of the three
    assert bound(f"previous{sign}0.01") == bound(f"previous {sign} 0.01")
    assert bound(f"run:p.n-1 {sign} 2") == Bound(Decimal(2), "run:p.n-1", sign)  # type: ignore[arg-type]


def test_tags_tell_which_of_several_is_meant() -> None:
    asked = parse(r'evaluate/loss{split=val, "a b"="} \"<= 1\\"} <= 1').asked
    assert asked == Asked("loss", "evaluate", (("split", "val"), ("a b", '} "<= 1\\')))


def test_space_around_a_rule_means_nothing() -> None:
    assert parse("  loss < 1 ").text == "loss < 1"


# what cannot


@pytest.mark.parametrize(
    ("rule", "spot", "expected"),
    [
        ("", "^", "the key of a metric, or STAGE/KEY"),
        (">= 1", "^", "the key of a metric"),
        ("accuracy", "        ^", "one of < <= > >= == !="),
        ("accuracy = 1", "         ^", "one of < <= > >= == !="),
        ("accuracy => 1", "         ^", "one of < <= > >= == !="),
        ("accuracy >= ", "            ^", "a number, previous, run:PROJECT.NAME or latest:PROJECT"),
        ("accuracy >= 90%", "              ^", "nothing more"),
        ("accuracy >= 0,9", "             ^", "nothing more"),
        ("accuracy >= nan", "            ^", "a number"),
        ("accuracy >= 1e999", "            ^", "a number that is not beyond all numbers"),
        ("accuracy >= loss", "            ^", "a number, previous"),
        ("accuracy >= prevous", "            ^", "a number, previous"),
        ("accuracy >= previous 1", "                     ^", "+ NUMBER, - NUMBER or * NUMBER"),
        ("accuracy >= previous -", "                      ^", "a number"),
        ("accuracy >= previous / 2", "                     ^", "* NUMBER"),
        ("accuracy >= previous - 1 - 1", "                         ^", "once, or nothing more"),
        ("accuracy >= 0.9 0.8", "                ^", "nothing more"),
        ("0.8 <= accuracy <= 0.9", "       ^", "a number"),
        ("a/b/c > 1", "   ^", "one of < <= > >= == !="),
        ("/loss > 1", "^", "the key of a metric"),
        ("train/ > 1", "       ^", "the key of a metric"),
        ("loss{} > 1", "     ^", "the name of a tag"),
        ("loss{split} > 1", "          ^", "= and the tag's value"),
        ("loss{split=} > 1", "           ^", "the tag's value"),
        ("loss{split=a b} > 1", "             ^", ", or }"),
        ('loss{split="a} > 1', "           ^", 'in "…"'),
        ("metrik größe > 1", "       ^", "one of <"),
    ],
)
def test_a_caret_stands_under_the_spot(rule: str, spot: str, expected: str) -> None:
    sentence, shown, caret = refusal(rule)
    assert expected in sentence
    assert (shown, caret) == (f"  {rule}", f"  {spot}")


def test_a_rule_of_many_letters_is_refused_at_once() -> None:
    sentence, shown, _ = refusal("a" * 100_000 + " > 1")
    assert sentence == f"a rule has at most {MAX_RULE} characters, this one has 100,004"
    assert len(shown) < 60


def test_what_is_hidden_in_a_rule_is_shown_and_the_caret_stays_under_its_spot() -> None:
    _, shown, caret = refusal("a\x1b[31m > 1")
    assert shown.index("␛") == caret.index("^")


@given(st.text(max_size=60) | st.text('ab/.{}="\\<>!-+* 01previous:', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert parse(text).text == text.strip()
    except UnreadableRule as error:
        caret = str(error).split("\n")[-1]
        assert caret.strip() == "^"
