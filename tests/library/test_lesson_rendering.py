"""Lessons become markup that is good to read, and markup that does no harm."""

import re
import time

import pytest
from bs4 import BeautifulSoup, Tag

from appliance.library.courses import Shelf
from appliance.library.rendering import render, render_lesson, render_line

BASE = "/course/kites/assets"


def html(markdown: str) -> str:
    return str(render(markdown, BASE).html)


def first(markdown: str, selector: str) -> Tag:
    found = BeautifulSoup(html(markdown), "html.parser").select_one(selector)
    assert found is not None
    return found


def test_a_picture_alone_becomes_a_figure_with_its_caption() -> None:
    figure = first('![A red kite](../assets/kite.svg "Hold the string.")', "figure")
    assert figure.img is not None and figure.figcaption is not None
    assert (figure.img["src"], figure.img["alt"]) == (f"{BASE}/kite.svg", "A red kite")
    assert figure.figcaption.text == "Hold the string."
    assert not figure.img.has_attr("title")


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.png",
        "//example.org/x.png",
        "/logout",
        "../assets/../x.png",
        "..%2f..%2fx.png",
        "x.png",
    ],
)
def test_a_picture_from_elsewhere_is_its_description(address: str) -> None:
    for markdown in (f"Look: ![a kite]({address})", f'Look: <img src="{address}" alt="a kite">'):
        page = html(markdown)
        assert "src=" not in page and "a kite" in page


def test_a_link_to_an_asset_points_where_assets_are() -> None:
    assert f'href="{BASE}/sheet.pdf"' in html("[the sheet](../assets/sheet.pdf)")


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Try it", "try"), ("Careful:", "careful"), ("Did you know?", "know"), ("¿Sabías que…?", "know")],
)
def test_a_quote_that_begins_with_a_known_word_is_a_callout(words: str, kind: str) -> None:
    assert first(f"> **{words}** hold tight.", "blockquote")["class"] == ["callout", f"callout-{kind}"]


def test_a_quote_is_a_quote() -> None:
    assert not first("> **Ada** said so.", "blockquote").has_attr("class")


def test_headings_have_ids_of_their_own() -> None:
    rendered = render("# Up\n\n## Über *all*\n\n## Über all\n\n### $V$ and more\n\n## ***", BASE)
    assert [(heading.level, heading.id) for heading in rendered.headings] == [
        (2, "h-up"),
        (2, "h-uber-all"),
        (2, "h-uber-all-2"),
        (3, "h-v-and-more"),
        (2, "h-section"),
    ]
    assert rendered.headings[1].text == "Über all"
    page = BeautifulSoup(rendered.html, "html.parser")
    assert [tag["id"] for tag in page.select("[id]")] == [heading.id for heading in rendered.headings]


def test_doubled_headings_never_share_an_id() -> None:
    headings = render("## A\n\n## A 2\n\n## A\n\n## A\n\n## A 2\n", BASE).headings
    assert len({heading.id for heading in headings}) == 5


def test_formulas_are_mathml_and_readable() -> None:
    math = first(r"So $I = \frac{V}{R}$.", "math")
    assert math.mfrac is not None and math["display"] == "inline"
    assert first("$$V = I \\times R$$", ".math-block math")["display"] == "block"


def test_prices_are_not_formulas() -> None:
    assert "<math" not in html("It costs $5 or $6.")


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{a}{",
        r"\begin{aligned}a&=b\end{aligned}",
        r"\ce{H2O}",
        "{" * 2000,
        "x" * 2000,
        r"\left(",
        r"\begin{matrix}",
        r"\text{a < b}",
        "^",
        r"\sqrt",
    ],
)
def test_a_formula_that_cannot_be_set_is_shown_as_typed(tex: str) -> None:
    code = first(f"Here: ${tex}$ there.", "code.math-source")
    assert code.text == tex


def test_too_many_formulas_do_not_stop_the_page() -> None:
    page = html("$a_1$ " * 3000)
    assert page.count("<math") == 400 and page.count("math-source") == 2600


def test_code_is_coloured_by_classes_and_can_be_scrolled_by_keyboard() -> None:
    pre = first("```python\nfor kite in sky:\n    fly(kite)\n```", "pre")
    assert pre["tabindex"] == "0"
    assert pre.select_one("code.language-python span.c-k") is not None
    assert pre.text == "for kite in sky:\n    fly(kite)\n"
    assert first("```nonsense\n<b>\n```", "code").text == "<b>\n"


def test_a_wide_table_can_be_scrolled_and_has_a_name() -> None:
    region = first("| wind | kite |\n|---|--:|\n| 3 | up |", "div.table-scroll")
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Table: wind, kite")
    assert [cell["scope"] for cell in region.select("th")] == ["col", "col"]
    cell = region.select("td")[1]
    assert cell["class"] == ["align-right"]


def test_a_task_says_whether_it_is_done() -> None:
    page = BeautifulSoup(html("- [ ] fold\n- [x] fly\n- [link](x)"), "html.parser")
    assert [box["aria-label"] for box in page.select("li.task .task-box")] == ["To do:", "Done:"]
    assert [item.text.strip() for item in page.select("li")] == ["fold", "fly", "link"]


def test_activities_stand_where_the_text_says() -> None:
    parts = render("One\n\n[[checklist]]\n\nTwo\n\n[[hand-in]]", BASE).parts
    assert [part.kind for part in parts] == ["html", "checklist", "html", "hand-in"]


def test_a_marker_in_code_or_in_a_sentence_is_text() -> None:
    parts = render("```\n[[checklist]]\n```\n\nWrite [[checklist]] alone.\n\n- [[hand-in]]", BASE).parts
    assert [part.kind for part in parts] == ["html"]


def test_each_activity_of_a_lesson_has_exactly_one_place(shipped: Shelf, older_packs: Shelf) -> None:
    for shelf in (shipped, older_packs):
        for course in shelf.courses():
            for lesson in shelf.lessons(course.slug):
                kinds = [part.kind for part in render_lesson(lesson, BASE).parts if part.kind != "html"]
                wanted = [lesson.checklist, lesson.reflection, lesson.submission]
                assert len(kinds) == len(set(kinds)) == sum(activity is not None for activity in wanted)


def test_the_shipped_course_renders_without_leftovers(shipped: Shelf) -> None:
    for course in shipped.courses():
        for lesson in shipped.lessons(course.slug):
            page = str(render_lesson(lesson, BASE).html)
            assert "math-source" not in page and "missing-image" not in page and "[[" not in page
            names = re.findall(rf'src="{BASE}/([^"]+)"', page)
            assert all((course.folder / "assets" / name).is_file() for name in names)


def test_a_line_of_front_matter_may_hold_code_and_formulas() -> None:
    assert str(render_line("Save an `.sb3` with $I$")).startswith("Save an <code>.sb3</code> with <math")
    assert "<script" not in render_line("<script>alert(1)</script>")


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//example.org/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(1)></annotation-xml></math>",
    "<math><maction actiontype=statusline xlink:href='javascript:alert(1)'>x</maction></math>",
    "<math href='javascript:alert(1)'><mi>x</mi></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$\\text{</mtext></math><script>alert(1)</script>}$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{background:url(javascript:alert(1))}{x}$",
    "$\\class{btn onload=alert(1)}{x}$",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='&#1;javascript:alert(1)'>x</a>",
    "<a href='ftp://example.org'>x</a>",
    "<iframe src=//example.org></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=/logout method=post><button>x</button></form>",
    "<input type=password name=csrf_token autofocus onfocus=alert(1)>",
    "<style>body{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<base href=//example.org>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<link rel=stylesheet href=//example.org>",
    "<video src=x onerror=alert(1)></video>",
    "<details ontoggle=alert(1) open>x</details>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    '![x](x"onerror=alert(1))',
    '![" onerror=alert(1) x="](../assets/a.svg)',
    '![x](../assets/a.svg "\\" onerror=alert(1) \\"")',
    '```"onmouseover=alert(1)\nx\n```',
    '| a" onclick=alert(1) |\n|---|\n| b |',
    '> **Try it" onclick=alert(1)** x',
]
HARMLESS = """
a abbr b bdi bdo blockquote br caption cite code dd details dfn div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img
kbd li mark math mfrac mi mn mo mrow ms mspace msqrt mstyle msub msup mtable mtd mtext mtr ol p pre q s samp small span
strong sub summary sup table tbody td th thead tr ul var
"""
TAGS = frozenset(HARMLESS.split())


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("frame", ["{}", "Hi {} there", "- {}", "<div>{}</div>"])
def test_nothing_in_a_lesson_can_run_load_or_pose(attack: str, frame: str) -> None:
    for page in (html(frame.format(attack)), str(render_line(attack))):
        for tag in BeautifulSoup(page, "html.parser").find_all(True):
            assert tag.name in TAGS
            for name, value in tag.attrs.items():
                assert not name.startswith("on") and name not in ("style", "name", "xlink:href", "action")
                text = re.sub(
                    r"[\x00-\x20]", "", " ".join(value) if isinstance(value, list) else value
                ).casefold()
                if name in ("href", "src"):
                    assert text.startswith((BASE, "http://", "https://", "#", "mailto:")) or ":" not in text
            assert tag.name != "img" or str(tag.get("src", BASE)).startswith(BASE)


@pytest.mark.parametrize("address", ["//example.org", "\\\\example.org", "/\\example.org", " //example.org"])
def test_links_that_hide_another_host_are_cut(address: str) -> None:
    assert "href" not in html(f'<a href="{address}">x</a>')


def test_a_line_has_no_blocks_and_no_pictures() -> None:
    line = str(render_line("![x](../assets/a.svg) <div><h2>y</h2></div> [z](../assets/z.pdf)"))
    assert not re.search("<(img|div|h2)", line) and "//" not in line


def test_links_out_take_nothing_along() -> None:
    assert first("[x](https://example.org)", "a")["rel"] == ["noopener", "noreferrer"]


def test_a_lesson_cannot_take_an_id_a_name_or_a_class_of_the_page() -> None:
    page = html(
        '<h2 id="csrf-token">x</h2><p id="h-x">y</p><a name="body">z</a><div class="flash error callout">w</div>'
    )
    assert 'id="csrf-token"' not in page and '<p id="h-x">' not in page and "name=" not in page
    assert 'class="callout"' in page and "flash" not in page


@pytest.mark.parametrize(
    "markdown",
    [
        "<div>" * 20_000,
        "> " * 5_000 + "x",
        "[" * 20_000,
        "*a " * 20_000,
        "<details" * 20_000,
        "`" * 20_001,
        "#" * 50_000,
    ],
    ids=["divs", "quotes", "brackets", "stars", "unclosed", "ticks", "hashes"],
)
def test_a_pathological_text_is_finished_soon(markdown: str) -> None:
    started = time.perf_counter()
    render(markdown, BASE)
    assert time.perf_counter() - started < 5
