"""Each figure is its definition, with its denominator."""

from core.share import Share


def test_a_share_knows_what_it_is_a_share_of():
    assert Share(839, 867).percent == 96.8
    assert Share(67, 100).percent == 67.0


def test_where_nothing_was_due_there_is_no_figure():
    assert Share(0, 0).percent is None
