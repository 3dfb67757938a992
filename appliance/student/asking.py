"""Who asks the helper, said without a name."""

from sanic import Request

from appliance.helper.questions import Asker
from appliance.storage.addresses import network_of
from appliance.web.identity import person_of


def asker_of(request: Request) -> Asker:
    person = person_of(request)
    return Asker(person.key, person.class_id, network_of(request.ip), request.ctx.language)
