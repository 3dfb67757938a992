"""The addresses of the box: Sanic's router, which is ready sooner."""

from typing import Any

import sanic_routing.router
from sanic.router import Router


class Routes(Router):
    """Compiles the code that finds a route as it is.

    Sanic's own way at every start is a tree of it, the tree written out as text for whoever debugs, and the tree
    walked once more: 50 ms of a start for 260 routes, and now 16.
    """

    def _render(self, do_compile: bool = True, do_optimize: bool = False) -> None:
        super()._render(do_compile=False)
        made: dict[str, Any] = {}
        # With the names of the module whose code it is: the casts of the kinds of parameter stand there.
        exec(compile(self.find_route_src, "routes", "exec"), vars(sanic_routing.router), made)  # noqa: S102
        self._find_route, self._matchers = made["find_route"], made.get("matchers")
