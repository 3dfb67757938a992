"""Questions about numbers have one right answer, however a number is written."""

from appliance.study.sources import SourcePassage
from appliance.study.templates import Templates

ROADS = """The long road through the valley measures 1,000 metres from end to end. The railway track beside the
river measures 1000 metres from station to station. The garden wall measures 5.0 metres around. The playground
fence measures 5 metres around. The tunnel under the hill measures 300 metres from gate to gate."""


def test_no_wrong_choice_is_the_right_number_in_another_spelling() -> None:
    asked = [offer.text for offer in Templates([SourcePassage("Roads", "", ROADS)], 1).questions]
    answers = {question.answer for question in asked}
    assert {"1,000", "1000", "5.0", "5"} <= answers
    for question in asked:
        values = {float(choice.replace(",", "")) for choice in question.choices}
        assert len(values) == len(question.choices), question.choices
