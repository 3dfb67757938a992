"""The room of those who are not in yet: joining, signing in, first run, and what anyone may read."""

import time

from sanic import Sanic

from appliance.visitor import (
    certificates,
    health,
    invites,
    join,
    language,
    metrics,
    pages,
    setup,
    sign_in,
    sign_in_link,
)
from appliance.visitor.setup_answers import SetupAnswers


def attach(app: Sanic) -> None:
    app.add_route(join.index, "/", name="join.index")
    app.add_route(join.show, "/join/<code:str>", name="join.show")
    app.add_route(invites.show, "/invite/<token:str>", name="visitor_invites.show")
    app.add_route(join.create, "/join", methods=["POST"], name="join.create")
    app.add_route(sign_in.new, "/sign-in", name="sign_in.new")
    app.add_route(sign_in.create, "/sign-in", methods=["POST"], name="sign_in.create")
    app.add_route(sign_in.code, "/sign-in/code", name="sign_in.code")
    app.add_route(sign_in.check_code, "/sign-in/code", methods=["POST"], name="sign_in.check_code")
    app.add_route(sign_in.enrol, "/sign-in/enrol", name="sign_in.enrol")
    app.add_route(
        sign_in.confirm_enrolment, "/sign-in/enrol", methods=["POST"], name="sign_in.confirm_enrolment"
    )
    app.add_route(sign_in.remove, "/sign-out", methods=["POST"], name="sign_in.remove")
    app.add_route(sign_in_link.show, "/sign-in/link/<token:str>", name="sign_in_link.show")
    app.add_route(
        sign_in_link.create, "/sign-in/link/<token:str>", methods=["POST"], name="sign_in_link.create"
    )
    app.ctx.setup_answers = SetupAnswers(time.monotonic)
    app.add_route(setup.show, "/setup", name="setup.show")
    app.add_route(setup.create, "/setup", methods=["POST"], name="setup.create")
    app.add_route(language.update, "/language", methods=["POST"], name="language.update")
    app.add_route(certificates.show, "/certificate/<code:str>", name="certificates.show", unquote=True)
    app.add_route(
        certificates.download, "/certificate/<code:str>/pdf", name="certificates.download", unquote=True
    )
    app.add_route(pages.privacy, "/privacy", name="pages.privacy")
    app.add_route(pages.help, "/help", name="pages.help")
    app.add_route(health.show, "/healthz", name="health.show")
    app.add_route(metrics.show, "/metrics", name="metrics.show")
