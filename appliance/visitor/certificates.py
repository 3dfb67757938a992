"""A certificate, for whoever holds its code: to look at, to print, to check that the paper is real."""

from datetime import datetime

from babel.dates import format_date
from sanic import HTTPResponse, Request
from sanic.response import raw

from appliance.errors import NotFound, Unavailable
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.qr import qr
from appliance.web.rendering import render, translator
from appliance.work.certificates import Certificate, certificate_by_code, mark_certificate_read

MINUTE = 60
# A whole room may check papers at one address; guessing twelve letters takes longer than a school will stand.
TRIES = 60


async def show(request: Request, code: str) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    try:
        certificate = await _certificate(request, code)
    except NotFound as refusal:
        said = translator(request)(refusal.message)
        return render(request, "visitor/certificate.html", 404, certificate=None, said=said)
    if person.is_student and person.id == certificate.student_id and certificate.read_at is None:
        async with parts.db.transaction() as tx:
            await mark_certificate_read(tx, person.id)
    return _page(request, certificate)


async def download(request: Request, code: str) -> HTTPResponse:
    """Where it can't be made, the certificate itself with a sentence on top: that one can be printed."""
    translate, certificate = translator(request), await _certificate(request, code)
    texts = {
        "title": translate("Certificate"),
        "name": certificate.student_name,
        "said": translate("has completed %(name)s", name=certificate.class_name),
        "counts": _counts(request, certificate),
        "school": certificate.school_name,
        "code": f"{certificate.spaced_code} · {_day(request, certificate)}",
        "address": _address(request, certificate),
    }
    try:
        page = await parts_of(request).certificate_pages.page(texts)
    except Unavailable as refusal:
        return _page(request, certificate, refusal)
    headers = {"Content-Disposition": 'attachment; filename="certificate.pdf"'}
    return raw(page, content_type="application/pdf", headers=headers)


def _page(request: Request, certificate: Certificate, refusal: Unavailable | None = None) -> HTTPResponse:
    return render(
        request,
        "visitor/certificate.html",
        refusal.status if refusal else 200,
        certificate=certificate,
        issued_on=_day(request, certificate),
        square=qr(_address(request, certificate)),
        said=translator(request)(refusal.message) if refusal else "",
    )


async def _certificate(request: Request, code: str) -> Certificate:
    parts = parts_of(request)
    await parts.throttle.check("certificate", request.ip, TRIES, MINUTE)
    return await certificate_by_code(parts.db, code)


def _counts(request: Request, certificate: Certificate) -> str:
    plural = translator(request).plural
    return " · ".join(
        (
            plural("%(num)s session", "%(num)s sessions", certificate.sessions),
            plural("%(num)s piece of work", "%(num)s pieces of work", certificate.artifacts),
            plural("%(num)s milestone", "%(num)s milestones", certificate.milestones),
        )
    )


def _day(request: Request, certificate: Certificate) -> str:
    school, language = request.app.ctx.school(), translator(request).language
    issued = datetime.fromtimestamp(certificate.issued_at, school.zone if school else None)
    return format_date(issued, "long", locale=language)


def _address(request: Request, certificate: Certificate) -> str:
    return f"{request.scheme}://{request.host}/certificate/{certificate.code}"
