"""The router of ours finds what Sanic's own finds."""

import pytest
from sanic.exceptions import MethodNotAllowed, NotFound
from sanic.router import Router

from appliance.app import create_app
from appliance.settings import Settings
from appliance.web.routes import Routes

ASKED = (
    ("GET", "/"),
    ("GET", "/student"),
    ("HEAD", "/student"),
    ("GET", "/course/light/prisms"),
    ("GET", "/course/light/assets/img/a%20b/c.svg"),
    ("GET", "/static/0123456789ab/css/base.css"),
    ("POST", "/material/7/upload"),
    ("GET", "/teach/class/3/review/12"),
    ("GET", "/teach/class/three/review/12"),
    ("GET", "/teach/class/99999999999999999999"),
    ("DELETE", "/student"),
    ("GET", "/no/such/page"),
    ("GET", "/teach/class/3/gradebook.csv"),
)


def found(router: Router) -> list[object]:
    answers: list[object] = []
    for method, path in ASKED:
        try:
            route, _, values = router.get(path, method, None)
            answers.append((route.path, values))
        except (NotFound, MethodNotAllowed) as error:
            answers.append(type(error))
    return answers


def test_every_address_leads_where_it_would_with_sanics_own_router(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = create_app(settings)
    ours.router.finalize()
    monkeypatch.setattr("appliance.app.Routes", Router)
    theirs = create_app(settings)
    theirs.router.finalize()
    assert isinstance(ours.router, Routes) and not isinstance(theirs.router, Routes)
    assert found(ours.router) == found(theirs.router)
    assert sum(isinstance(each, tuple) for each in found(ours.router)) >= 8
