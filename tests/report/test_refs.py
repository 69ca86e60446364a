"""The references of pages that no line names."""

from contexta.report import comparison_ref


def test_two_long_names_make_a_file_name_of_bearable_length_that_is_theirs_alone() -> None:
    refs = [f"run:{'p' * 63}.{'r' * 62}{end}" for end in "abc"]
    made = {comparison_ref(one, other).ref for one in refs for other in refs}
    assert len(made) == 9
    assert max(map(len, made)) < 220
