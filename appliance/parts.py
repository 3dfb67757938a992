"""The parts of a running box, handed to every room; app.py puts them together."""

from dataclasses import dataclass

from sanic import Request, Sanic

from appliance.auth.passwords import Hasher
from appliance.auth.throttle import Throttle
from appliance.classroom.box import box_of, profile_for
from appliance.classroom.presence import Presence
from appliance.classroom.site_modes import site_mode_of
from appliance.helper.pipeline import Helper
from appliance.inference.engine import Engine
from appliance.inference.router import Router
from appliance.library.courses import Shelf
from appliance.operations.mdns import Announcer
from appliance.settings import Settings
from appliance.storage.cache import Cache
from appliance.storage.database import Clock, Database
from appliance.storage.files import FileStore
from appliance.storage.jobs import JobRunner
from appliance.storage.partial_files import PartialFiles
from appliance.storage.secrets import Secrets
from appliance.work.certificate_pages import CertificatePages
from appliance.work.page_pictures import PagePictures
from appliance.work.pictures import Pictures


@dataclass(frozen=True)
class Parts:
    """Everything a handler may need. `clock` gives UTC seconds since 1970."""

    settings: Settings
    secrets: Secrets
    clock: Clock
    db: Database
    cache: Cache
    files: FileStore
    jobs: JobRunner
    shelf: Shelf
    throttle: Throttle
    hasher: Hasher
    engine: Engine
    router: Router
    helper: Helper
    announcer: Announcer
    page_pictures: PagePictures
    pictures: Pictures
    partial_files: PartialFiles
    presence: Presence
    certificate_pages: CertificatePages


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.ctx.parts
    return parts


async def refresh_school(app: Sanic) -> None:
    """Read the school's row again: every page shows its name and holds to its site mode."""
    school = await box_of(app.ctx.db)
    app.ctx.school = lambda: school
    said = await site_mode_of(app.ctx.db)
    app.ctx.site_mode = lambda: (said.mode, said.message)
    app.ctx.school_language = lambda: school.language if school else "en"
    density = profile_for(school, app.ctx.parts.settings).density
    app.ctx.density = lambda: density
