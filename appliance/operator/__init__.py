"""The operator's room: how the box is, what it lets people do, its school and its models."""

from sanic import Sanic

from appliance.operator import audit, home, measurements, models, school, site_mode


def attach(app: Sanic) -> None:
    app.add_route(home.index, "/operate", name="operator_home.index")
    app.add_route(audit.index, "/operate/audit", name="operator_audit.index")
    app.add_route(school.edit, "/operate/school", name="school.edit")
    app.add_route(school.update, "/operate/school", methods=["POST"], name="school.update")
    app.add_route(models.index, "/operate/models", name="models.index")
    app.add_route(models.update, "/operate/models", methods=["POST"], name="models.update")
    app.add_route(measurements.create, "/operate/measurements", methods=["POST"], name="measurements.create")
    app.add_route(site_mode.edit, "/operate/site-mode", name="site_mode.edit")
    app.add_route(site_mode.update, "/operate/site-mode", methods=["POST"], name="site_mode.update")
