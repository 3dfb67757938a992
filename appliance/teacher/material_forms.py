"""The form of a material: what it shows, and the draft that it sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from sanic import Request

from appliance.classroom.groups_of_materials import GroupName
from appliance.classroom.material_drafts import Draft
from appliance.classroom.material_items import Edited, arranged, lines_from
from appliance.classroom.materials import Material
from appliance.errors import Invalid
from appliance.library.lessons import Item
from appliance.web import forms
from appliance.work.assignments import due_of, due_text

FIELDS = ("title", "url", "accepted_extensions", "max_upload_mb", "rubric_scale_max", "activity", "due")
USUAL_EXTENSIONS = ".pdf .png .jpg .jpeg .docx .txt .sb3"
MOST_TYPED = 50_000
TEXT, PLACE = "line-", "place-"
GROUP_GONE = "One of these groups is gone. Look at the groups again."


@dataclass(frozen=True)
class Shown:
    """What stands in the form: `values` by field, `lines` those that the material has, `added` what was typed below."""

    values: Mapping[str, str]
    body: str = ""
    lines: tuple[Edited, ...] = ()
    added: str = ""
    group_ids: frozenset[int] = field(default_factory=frozenset)


def fresh() -> Shown:
    values = dict.fromkeys(FIELDS, "")
    return Shown(
        {**values, "accepted_extensions": USUAL_EXTENSIONS, "max_upload_mb": "50", "rubric_scale_max": "4"}
    )


def shown_material(
    material: Material, items: Sequence[Item], group_ids: frozenset[int], zone: ZoneInfo
) -> Shown:
    values = {
        "title": material.title,
        "url": material.url,
        "accepted_extensions": material.accepted_extensions.replace(",", " "),
        "max_upload_mb": str(material.max_upload_mb),
        "rubric_scale_max": str(material.rubric_scale_max),
        "activity": str(material.activity_id or ""),
        "due": due_text(material.due_at, zone),
    }
    lines = tuple(Edited(item.key, item.text, place) for place, item in enumerate(items, start=1))
    return Shown(values, material.body, lines, "", group_ids)


def typed(request: Request, items: Sequence[Item]) -> Shown:
    """The form as it was sent, to be shown again."""
    return Shown(
        forms.typed(request, *FIELDS),
        forms.typed_text(request, "body", MOST_TYPED),
        _lines(request, items),
        forms.typed_text(request, "lines", MOST_TYPED),
        frozenset(forms.number(text, -1) for text in forms.texts(request, "group")),
    )


def draft(
    request: Request, kind: str, items: Sequence[Item], groups: Sequence[GroupName], zone: ZoneInfo
) -> Draft:
    """Raises Invalid for what can't be read; what it may be is the noun's to say."""
    chosen = frozenset(forms.number(text, -1) for text in forms.texts(request, "group"))
    if not chosen <= {group.id for group in groups}:
        raise Invalid(GROUP_GONE, "group_gone", field="group")
    added = lines_from(forms.text(request, "lines", MOST_TYPED))
    return Draft(
        kind,
        forms.text(request, "title", 2000),
        forms.text(request, "body", MOST_TYPED),
        forms.text(request, "url", 5000),
        forms.text(request, "accepted_extensions", 2000),
        forms.number(forms.text(request, "max_upload_mb") or "50", -1),
        forms.number(forms.text(request, "rubric_scale_max") or "4", -1),
        forms.number(forms.text(request, "activity") or "0", -1),
        due_of(forms.text(request, "due", 40), zone),
        tuple(arranged(items, _lines(request, items), added)),
        chosen,
    )


def _lines(request: Request, items: Sequence[Item]) -> tuple[Edited, ...]:
    """A line that the form doesn't send stays as it is: it was added meanwhile, elsewhere."""
    lines = []
    for place, item in enumerate(items, start=1):
        is_sent = forms.has(request, f"{PLACE}{item.key}")
        text = forms.typed_text(request, f"{TEXT}{item.key}", 2000) if is_sent else item.text
        asked = forms.number(forms.typed_text(request, f"{PLACE}{item.key}", 20))
        lines.append(Edited(item.key, text.replace("\x00", ""), asked if asked > 0 else place))
    return tuple(lines)
