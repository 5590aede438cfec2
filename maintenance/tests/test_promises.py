"""What the migrations promised is compared by what it means."""

import pytest

from maintenance.brackets import flat


@pytest.mark.parametrize(
    ("dumped", "restored"),
    [
        ("WHEN ((((a) OR (b)) OR (c)))", "WHEN (((a) OR (b) OR (c)))"),
        ("WHEN ((x) AND (((a) OR (b)) OR (c)))", "WHEN ((x) AND ((a) OR (b) OR (c)))"),
        ("USING (((flag AND (b)) AND (c = 'it''s (so')))", "USING ((flag AND (b) AND (c = 'it''s (so')))"),
    ],
)
def test_brackets_that_a_restore_writes_anew_are_no_difference(dumped, restored):
    assert dumped != restored
    assert flat(dumped) == flat(restored)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WHEN (((a) AND (b)) OR (c))", "WHEN ((a) AND ((b) OR (c)))"),
        ("USING (same((a) OR (b)) OR (c))", "USING (same(a) OR (b) OR (c))"),
        ("USING ((name = ' OR ') OR (c))", "USING ((name = ' or ') OR (c))"),
        ("WHEN (NOT ((a) OR (b)) OR (c))", "WHEN (NOT (a) OR (b) OR (c))"),
    ],
)
def test_brackets_that_mean_something_stay(one, other):
    assert flat(one) != flat(other)
