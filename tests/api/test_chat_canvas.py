"""Drawings beside an answer: what a model draws within every limit, what the words alone give, and nothing made up."""

import json
from typing import Any

import pytest

from appliance.study.visuals import COLOURS
from tests.api.conftest import Program
from tests.conftest import Cast

ROUTE = "/v1/chat/canvas"
METALS = "Copper: 8.96 g\nIron: 7.87 g\nGold: 19.3 g"


def asked(kind: str = "chart", answer: str = METALS, **hint: Any) -> dict[str, Any]:
    return {
        "class_id": "1",
        "canvas_hint": {"type": kind, "concept": "Density of metals", "title": "Metals", **hint},
        "student_question": "How dense are metals?",
        "ai_answer": answer,
    }


def chart(**more: Any) -> dict[str, Any]:
    data = [
        {"label": "Copper", "value": 8.96},
        {"label": "Iron", "value": 7.87},
        {"label": "Gold", "value": 19.3},
    ]
    return {"kind": "bar", "x": "metal", "y": "g/cm³", "data": data, **more}


async def test_a_chart_of_the_numbers_that_were_said(cast: Cast, program: Program) -> None:
    cast.engine.will_say(json.dumps(chart()))
    spec = (await program.data(ROUTE, asked()))["spec"]
    assert (spec["type"], spec["chartType"], spec["title"]) == ("chart", "bar", "Metals")
    assert (spec["xLabel"], spec["yLabel"]) == ("metal", "g/cm³")
    assert spec["data"][2] == {"label": "Gold", "value": 19.3}
    assert cast.engine.asked[-1].grammar


async def test_a_diagram_is_mermaid_that_is_put_together_here(cast: Cast, program: Program) -> None:
    said = {
        "kind": "flowchart",
        "nodes": ['Battery "9V"] click', "The lamp"],
        "edges": [{"start": 1, "end": 2, "label": "current|"}],
    }
    cast.engine.will_say(json.dumps(said))
    spec = (await program.data(ROUTE, asked("diagram", "The battery drives a current to the lamp.")))["spec"]
    assert spec["diagramType"] == "flowchart"
    assert spec["definition"].splitlines() == [
        "flowchart TD",
        "  n0[\"Battery '9V' click\"]",
        '  n1["The lamp"]',
        '  n0 -->|"current"| n1',
    ]


async def test_waves_and_vectors_come_in_tenths_and_in_our_colours(cast: Cast, program: Program) -> None:
    cast.engine.will_say(json.dumps({"waves": [{"label": "Low", "amplitude": 20, "frequency": 1}]}))
    spec = (await program.data(ROUTE, asked("wave", "A low tone.")))["spec"]
    assert spec["waves"] == [{"label": "Low", "amplitude": 2.0, "frequency": 0.1, "color": COLOURS[0]}]
    cast.engine.will_say(json.dumps({"vectors": [{"label": "Pull", "magnitude": 50, "angle": 90}]}))
    spec = (await program.data(ROUTE, asked("vector", "It pulls up.")))["spec"]
    assert spec["vectors"] == [{"label": "Pull", "magnitude": 5.0, "angleDeg": 90.0, "color": COLOURS[0]}]


BROKEN: list[tuple[str, Any]] = [
    ("chart", chart(kind="donut")),
    ("chart", chart(data=[])),
    ("chart", chart(data=chart()["data"][:2])),
    ("chart", chart(data=chart()["data"] * 3)),
    ("chart", chart(data=[*chart()["data"], {"label": "Tin", "value": 7.3}])),
    ("chart", chart(data=[{"label": "A", "value": True}] * 3)),
    ("chart", chart(data=[{"label": " ", "value": 8.96}, *chart()["data"]])),
    ("chart", chart(data=[{"label": "A", "value": "8.96"}] * 3)),
    ("chart", chart(data=[{"label": "A", "value": 8.96}] * 3)),
    (
        "diagram",
        {"kind": "mindmap", "nodes": ["Copper", "Iron"], "edges": [{"start": 1, "end": 2, "label": ""}]},
    ),
    ("diagram", {"kind": "flowchart", "nodes": ["Copper"], "edges": [{"start": 1, "end": 1, "label": ""}]}),
    ("diagram", {"kind": "flowchart", "nodes": ["Copper", "Iron"], "edges": []}),
    (
        "diagram",
        {"kind": "flowchart", "nodes": ["Copper"] * 9, "edges": [{"start": 1, "end": 2, "label": ""}]},
    ),
    (
        "diagram",
        {"kind": "flowchart", "nodes": ["Copper", "Iron"], "edges": [{"start": 1, "end": 9, "label": ""}]},
    ),
    (
        "diagram",
        {"kind": "flowchart", "nodes": ["Cats", "Dogs"], "edges": [{"start": 1, "end": 2, "label": ""}]},
    ),
    (
        "diagram",
        {"kind": "flowchart", "nodes": ["Copper", "Iron"], "edges": [{"start": True, "end": 2, "label": ""}]},
    ),
    ("wave", {"waves": []}),
    ("wave", {"waves": [{"label": "A", "amplitude": True, "frequency": 10}]}),
    ("wave", {"waves": [{"label": "A", "amplitude": 990, "frequency": 10}]}),
    ("wave", {"waves": [{"label": "A", "amplitude": 10, "frequency": -1}]}),
    ("wave", {"waves": [{"label": "A", "amplitude": 10, "frequency": 10}] * 4}),
    ("vector", {"vectors": [{"label": "A", "magnitude": 10, "angle": 400}]}),
    ("vector", {"vectors": [{"label": "A", "magnitude": 4, "angle": 4}]}),
    ("vector", {"vectors": [{"label": "A", "magnitude": 10, "angle": 4}] * 5}),
    ("chart", []),
    ("chart", "text"),
    ("chart", None),
]


@pytest.mark.parametrize(("kind", "said"), BROKEN)
async def test_a_drawing_that_breaks_a_limit_is_never_passed_on(
    cast: Cast, program: Program, kind: str, said: Any
) -> None:
    cast.engine.will_say(json.dumps(said), json.dumps(said))
    refused = await program.refused(
        ROUTE, asked(kind, "Copper and iron are metals of 8.96 and 7.87 and 19.3")
    )
    assert refused == (502, "canvas_error")
    assert len(cast.engine.asked) == 2


async def test_a_second_try_that_keeps_the_limits_is_taken(cast: Cast, program: Program) -> None:
    cast.engine.will_say("no json", json.dumps(chart()))
    assert (await program.data(ROUTE, asked()))["spec"]["chartType"] == "bar"


async def test_without_a_model_the_words_of_the_answer_are_drawn(cast: Cast, program: Program) -> None:
    cast.engine.state = "off"
    spec = (await program.data(ROUTE, asked()))["spec"]
    assert [point["value"] for point in spec["data"]] == [8.96, 7.87, 19.3]
    assert (spec["chartType"], spec["yLabel"]) == ("bar", "g")
    assert await program.refused(ROUTE, asked("chart", "Metals are heavy.")) == (502, "canvas_error")
    assert await program.refused(ROUTE, asked("wave", "Metals are heavy.")) == (502, "canvas_error")


async def test_a_model_that_dies_leaves_the_words_of_the_answer(cast: Cast, program: Program) -> None:
    cast.engine.will_fail()
    cast.engine.will_fail()
    assert (await program.data(ROUTE, asked()))["spec"]["type"] == "chart"


async def test_what_is_asked_is_checked_and_by_whom(cast: Cast, program: Program) -> None:
    nobody = await cast.visitor().client.post(ROUTE, json=asked())
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (401, "unauthorized")
    for wrong in (
        asked("donut"),
        asked(answer="x" * 2001),
        asked(concept=""),
        asked(title="x" * 201),
        {**asked(), "student_question": "x" * 501},
        {**asked(), "class_id": "x"},
    ):
        assert await program.refused(ROUTE, wrong) == (422, "validation_error")
    assert await program.refused(ROUTE, asked(concept="  ")) == (400, "validation_error")


async def test_a_pie_with_less_than_nothing_in_it_is_drawn_as_bars(cast: Cast, program: Program) -> None:
    data = [{"label": name, "value": value} for name, value in (("Day", 20), ("Night", -5), ("Dawn", -1))]
    for _ in range(2):
        cast.engine.will_say(json.dumps(chart(kind="pie", data=data)))
    spec = (await program.data(ROUTE, asked(answer="Day: 20 °C\nNight: -5 °C\nDawn: -1 °C")))["spec"]
    assert (spec["chartType"], [point["value"] for point in spec["data"]]) == ("bar", [20, -5, -1])


async def test_a_spanish_answers_decimals_are_the_numbers_that_may_be_drawn(
    cast: Cast, program: Program
) -> None:
    cast.engine.will_say(json.dumps(chart()))
    spec = (await program.data(ROUTE, asked(answer="Cobre: 8,96\nHierro: 7,87\nOro: 19,3")))["spec"]
    assert [point["value"] for point in spec["data"]] == [8.96, 7.87, 19.3]
