"""Ada's modules page, and what the tests of it have in common."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from appliance.classroom.materials import Material, materials_of_class
from appliance.classroom.modules import modules_of_class
from tests.conftest import Browser, Cast

KEY = re.compile(r'name="form_key" value="([0-9a-f]+)"')
EVERYTHING = (
    "modules",
    "materials",
    "material_items",
    "material_groups",
    "releases",
    "classes",
    "audit_events",
)


@dataclass
class Road:
    cast: Cast
    ada: Browser

    @property
    def base(self) -> str:
        return f"/teach/class/{self.cast.classroom.id}"

    async def key(self, path: str) -> str:
        found = KEY.search((await self.ada.get(path)).text)
        assert found is not None
        return found[1]

    async def module(self, title: str = "Own things") -> int:
        answer = await self.ada.post(f"{self.base}/modules", {"title": title})
        return int(answer.headers["location"].split("#module-")[1])

    async def material(
        self,
        kind: str,
        title: str = "Mine",
        module: int = 0,
        form: Mapping[str, str] | None = None,
        **fields: object,
    ) -> int:
        module = module or await self.module()
        sent = {"kind": kind, "title": title, **(form or {}), **fields}
        answer = await self.ada.post(f"{self.base}/modules/{module}/materials", sent)
        assert answer.status_code == 302, answer.text
        return int(answer.headers["location"].split("#material-")[1])

    async def titles(self) -> list[str]:
        found = await modules_of_class(self.cast.parts.db, self.cast.classroom.id)
        return [module.title for module in found]

    async def everything_on_it(self) -> list[Material]:
        return await materials_of_class(self.cast.parts.db, self.cast.classroom.id)

    async def inside(self, module: int) -> list[Material]:
        found = await materials_of_class(self.cast.parts.db, self.cast.classroom.id)
        return [material for material in found if material.module_id == module]

    async def actions(self) -> list[str]:
        rows = await self.cast.parts.db.fetch_all("SELECT action FROM audit_events ORDER BY id")
        return [row["action"] for row in rows]

    async def everything(self) -> list[int]:
        return [await self.cast.count(table) for table in EVERYTHING]

    async def make_viewer(self, staff_id: int) -> None:
        async with self.cast.parts.db.transaction() as tx:
            await tx.execute(
                "INSERT INTO class_staff (class_id, staff_id, role) VALUES (:class_id, :staff_id, 'viewer')",
                class_id=self.cast.classroom.id,
                staff_id=staff_id,
            )
