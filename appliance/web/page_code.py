"""How templates become code: Jinja's own, without the detours of what our templates never do."""

import re
from keyword import iskeyword
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from markupsafe import Markup, escape

# The name under which a page's values hold its components.
COMPONENTS = "components"
# What Markup would write in another way.
SIGNS = re.compile("[&<>\"']").search


class Components:
    """The macros of one page: each file of them is made once for it, from `values`, the globals among them.

    Jinja would make it anew for every template that imports it, ten times and more for a page.
    """

    def __init__(self, environment: Environment, values: dict[str, Any]) -> None:
        self._environment = environment
        self._values = values
        self._made: dict[str, TemplateModule] = {}

    def __getitem__(self, name: str) -> TemplateModule:
        made = self._made.get(name)
        if made is None:
            made = self._environment.get_template(name).make_module(self._values, shared=True)
            self._made[name] = made
        return made


class PageCode(CodeGenerator):
    """Calls what a page was given straight away; Jinja asks at every call whether it wants the page's context."""

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        is_our_global = isinstance(node.node, nodes.Name) and node.node.name in self.environment.globals
        # Some globals do want it, and what Python can't say (`class=`) Jinja has its own way for.
        if is_our_global or any(iskeyword(named.key) for named in node.kwargs):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        given = [("", argument) for argument in (*node.args, *node.kwargs)]
        given += [(stars, more) for stars, more in (("*", node.dyn_args), ("**", node.dyn_kwargs)) if more]
        self.visit(node.node, frame)
        self.write("(")
        for stars, argument in given:
            self.write(stars)
            self.visit(argument, frame)
            self.write(", ")
        self.write("caller=caller)" if forward_caller else ")")

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        self.write(f"context.parent[{COMPONENTS!r}][")
        self.visit(node.template, frame)
        self.write("]")

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        self.write("environment.shown(")


class PageEnvironment(Environment):
    code_generator_class = PageCode

    @staticmethod
    def shown(value: object) -> str:
        """As it stands in the page. Nearly all words have nothing to escape, and what a macro made is escaped."""
        if isinstance(value, Markup) or (type(value) is str and not SIGNS(value)):
            return value
        return str(value) if type(value) is int else escape(value)
