"""Sets by an author who didn't see the code: no figure of theirs may fall."""

from appliance.helper.evals.figures import baselines, fallen
from appliance.helper.evals.strangers import figures_of_words


def test_no_figure_of_a_strangers_words_falls_below_its_baseline() -> None:
    figures = figures_of_words()
    assert all(figure.name in baselines() for figure in figures)
    assert fallen(figures) == []


def test_what_was_missed_of_the_unseen_part_is_told_to_nobody() -> None:
    assert not any(figure.missed for figure in figures_of_words() if figure.name.endswith("unseen"))
