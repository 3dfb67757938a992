"""Drawings from the words of an answer alone: what is there is drawn, and what isn't is not made up."""

import pytest

from appliance.study.sketches import hinted, numbers_in, sketched
from appliance.study.visuals import Chart, Diagram, Edge, Hint, Kind, Vectors, Waves, mermaid


def hint(kind: Kind) -> Hint:
    return Hint(kind, "Circuits", "Circuits")


def chart(answer: str) -> list[tuple[str, float]]:
    found = sketched(hint("chart"), answer)
    return [(point.label, point.value) for point in found.data] if isinstance(found, Chart) else []


@pytest.mark.parametrize(
    "answer",
    [
        "- Copper: 8.96 g\n- Iron: 7.87 g\n- Gold: 19.3 g",
        "Copper is 8.96 g, iron is 7.87 g and gold is 19.3 g.",
        "Copper has about 8.96 g; iron has 7.87 g; the gold weighs 19.3 g.",
        "Copper = 8.96 g\nIron = 7.87 g\nGold = 19.3 g",
    ],
)
def test_numbers_beside_names_are_bars(answer: str) -> None:
    found = chart(answer)
    assert [value for _, value in found] == [8.96, 7.87, 19.3]
    assert [name.lower() for name, _ in found] == ["copper", "iron", "gold"]


def test_thousands_and_minus_are_read_as_people_write_them() -> None:
    assert chart("Earth: 12,756 km\nMars: 6 792 km\nMoon: 3474.8 km") == [
        ("Earth", 12756.0),
        ("Mars", 6792.0),
        ("Moon", 3474.8),
    ]
    assert chart("Day: 20 °C\nNight: -5 °C\nDawn: −1 °C") == [("Day", 20.0), ("Night", -5.0), ("Dawn", -1.0)]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Metals are heavy.",
        "Copper: 8.96 g\nIron: 7.87 g",
        "Copper: 8.96 g\nIron: 7.87 kg\nGold: 19.3 t",
        "\n".join(f"Metal {letter}: 1 g" for letter in "abcdefghi"),
        "Chapter 1 on page 3 of 12.",
    ],
)
def test_what_is_no_row_of_numbers_is_no_chart(answer: str) -> None:
    assert chart(answer) == []


@pytest.mark.parametrize(
    ("answer", "kind", "lines"),
    [
        ("1. Close the switch.\n2. Look at the lamp.", "flowchart", ["n0 --> n1"]),
        ("The loop: battery → wire → lamp", "flowchart", ["n0 --> n1", "n1 --> n2"]),
        ("- **Battery**: gives energy\n- **Lamp**: glows", "concept-map", ["n0 --> n1", "n0 --> n2"]),
        (
            "It has these parts: battery, wire and lamp.",
            "concept-map",
            ["n0 --> n1", "n0 --> n2", "n0 --> n3"],
        ),
    ],
)
def test_lists_are_diagrams(answer: str, kind: str, lines: list[str]) -> None:
    found = sketched(hint("diagram"), answer)
    assert isinstance(found, Diagram)
    assert found.diagram_type == kind
    assert [line.strip() for line in found.definition.splitlines() if "-->" in line] == lines
    assert sketched(hint("diagram"), "One sentence about lamps.") is None


def test_a_wave_needs_a_frequency_that_can_be_shown() -> None:
    found = sketched(hint("wave"), "It has an amplitude of 1.5 and a frequency of 2 Hz.")
    assert isinstance(found, Waves)
    assert [(wave.amplitude, wave.frequency) for wave in found.waves] == [(1.5, 2.0)]
    assert sketched(hint("wave"), "Radio waves have 100000 Hz.") is None
    assert sketched(hint("wave"), "Waves go up and down.") is None


def test_forces_are_arrows_in_proportion() -> None:
    found = sketched(hint("vector"), "One team pulls with 200 N to the left, the other with 100 N at 30°.")
    assert isinstance(found, Vectors)
    arrows = [(arrow.label, arrow.magnitude, arrow.angle_deg) for arrow in found.vectors]
    assert arrows == [("200 N", 5.0, 180.0), ("100 N", 2.5, 30.0)]
    assert sketched(hint("vector"), "A force of 5 N.") is None
    assert sketched(hint("vector"), "5 N to the left. 9 km/h to the right.") is None
    assert sketched(hint("vector"), "0 N to the left.") is None


def test_only_who_wants_to_see_something_is_offered_a_drawing() -> None:
    answer = "1. Close the switch.\n2. Look at the lamp."
    assert hinted("What do I do?", answer) is None
    found = hinted("Can you draw me the steps?", answer)
    assert found is not None and found.type == "diagram"
    assert hinted("Draw it!", "Nothing to see.") is None


@pytest.mark.parametrize("name", ['"] click n0 "x', "`code`", "a<b>c", "%%{init: {}}%%", "a|b;c#d"])
def test_a_name_can_not_end_its_own_quotes(name: str) -> None:
    definition = mermaid(["A", name], [Edge(0, 1, name)], "TD")
    assert len(definition.splitlines()) == 4
    for line in definition.splitlines()[1:]:
        assert line.count('"') == 2
        assert not set("[]{}()<>|;#`") & set(line.split('"')[1])


def test_a_name_of_signs_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="name"):
        mermaid(["A", "[]"], [Edge(0, 1)], "TD")


def test_a_decimal_comma_is_one_number() -> None:
    assert chart("Cobre: 8,96 g/cm³\nHierro: 7,87 g/cm³\nAluminio: 2,7 g/cm³") == [
        ("Cobre", 8.96),
        ("Hierro", 7.87),
        ("Aluminio", 2.7),
    ]
    assert chart("Uno: 0,125 m\nDos: 0,5 m\nTres: 1,5 m") == [("Uno", 0.125), ("Dos", 0.5), ("Tres", 1.5)]
    assert chart("A: 1.500.000 km\nB: 2.000.000 km\nC: 900 000 km") == [("A", 1.5e6), ("B", 2e6), ("C", 9e5)]
    found = sketched(hint("vector"), "Tira con 3,5 N a la derecha y con 7 N hacia arriba.")
    assert isinstance(found, Vectors)
    assert [(arrow.label, arrow.magnitude) for arrow in found.vectors] == [("3.5 N", 2.5), ("7 N", 5.0)]
    found = sketched(hint("wave"), "Tiene una amplitud de 1,5 y una frecuencia de 2,5 Hz.")
    assert isinstance(found, Waves)
    assert [(wave.amplitude, wave.frequency) for wave in found.waves] == [(1.5, 2.5)]
    assert numbers_in("8,96 y 1,500 y 1.500") == {8.96, 1500.0, 1.5}


def test_a_point_that_may_part_thousands_in_spanish_is_not_drawn() -> None:
    lines = "- La Luna: {} km\n- La estación que pasa por el cielo: 400 km\n- El avión: 12 km"
    assert chart(lines.format("384.400")) == []
    assert chart(lines.format("384 400"))[0] == ("Luna", 384400.0)


def test_each_wave_keeps_its_own_amplitude() -> None:
    answer = (
        "A frequency of 2 Hz with amplitude 1. A frequency of 2 Hz with amplitude 1. 5 Hz with amplitude 2."
    )
    found = sketched(hint("wave"), answer)
    assert isinstance(found, Waves)
    assert [(wave.frequency, wave.amplitude) for wave in found.waves] == [(2.0, 1.0), (5.0, 2.0)]


def test_a_force_never_takes_the_direction_of_another() -> None:
    found = sketched(hint("vector"), "There are 3 N and 4 N up.")
    assert isinstance(found, Vectors)
    assert [(arrow.label, arrow.angle_deg) for arrow in found.vectors] == [("4 N", 90.0)]
