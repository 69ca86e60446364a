"""The templates of a page: the shipped ones and the user's, what they may use, and whose fault it is when one fails."""

import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import cache_from_source
from itertools import chain
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, get_args
from weakref import proxy

import jinja2
from jinja2 import nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from contexta.errors import TemplateFailure
from contexta.render import html_cells, html_pictures, words
from contexta.render.brief import brief, kind
from contexta.render.drawing import Columns, Drawing, Lanes, columns, draw, lanes
from contexta.render.drawing import Path as Line
from contexta.render.head import Head
from contexta.render.html_assets import Asset, Placement, policy
from contexta.render.links import Links
from contexta.render.theme import SHIPPED, Theme, read_theme
from contexta.report.document import Chart, Document, Facts, Figures, Histogram, Table, Timeline
from contexta.report.inline import Cell, section_ref

# What pages are made of: compiled along with the first of them, not within it.
_PAGE = ("page.html.j2", "blocks.html.j2", "chart.svg.j2")

_HERE = Path(__file__).resolve()
_PACKAGE = _HERE.parent.parent

# A longer text is seldom put out twice.
_SHORT = 80


def shipped_templates() -> Path:
    """The folder of the report's own templates: inside an installed package, beside it in a checkout."""
    installed = _PACKAGE / "_templates"
    return installed if installed.is_dir() else _PACKAGE.parent / "templates"


@lru_cache(maxsize=1024)
def slug(title: str) -> str:
    """A title as a fragment identifier."""
    return "-".join("".join(char if char.isalnum() else " " for char in title.lower()).split())


@dataclass(frozen=True, slots=True)
class Templates:
    """One set of templates, and what all its pages share: style, script and theme."""

    environment: jinja2.Environment
    style: Asset
    script: Asset
    theme: Theme
    policies: Mapping[Placement, str]

    @classmethod
    def load(cls, own: Path | None, theme: Path | None) -> "Templates":
        """The shipped templates, each replaced by the one of that name in `own`, with a theme from a file.

        Raises TemplateFailure when style or script are broken, ThemeFailure when the theme cannot be used.
        """
        environment = environment_of(own)
        made = SHIPPED if theme is None else read_theme(theme)
        with failures_told():
            style = Asset("css", environment.get_template("style.css").render(theme=made).encode())
            script = Asset("js", environment.get_template("script.js").render().encode())
            for name in _PAGE:
                environment.get_template(name)
        policies: dict[Placement, str] = {"inline": policy("inline", style, script), "external": policy("external", style, script)}
        return cls(environment, style, script, made, policies)

    def assets(self) -> tuple[Asset, ...]:
        """All that may lie in files beside the pages."""
        return (self.style, self.script, *([self.theme.logo.picture] if self.theme.logo else []))

    def page(self, document: Document, links: Links, head: Head) -> str:
        """The page; raises TemplateFailure when a template is broken."""
        style_file, script_file = links(self.style.ref), links(self.script.ref)
        with failures_told():
            template = self.environment.get_template("page.html.j2")
            # Macros and their context hold each other, and all that they were given until garbage is collected: so, a proxy.
            return template.render(
                document=proxy(document),
                head=head,
                kind=kind(document),
                brief=brief(document) if head.address else "",
                link=_with_rows(links, document).__getitem__,
                theme=self.theme,
                logo=self.theme.logo and self.theme.logo.picture.picture(links),
                style=_own(self.style),
                script=_own(self.script),
                style_file=style_file,
                script_file=script_file,
                policy=self.policies["external" if style_file else "inline"],
            )


@lru_cache(maxsize=16)
def _own(asset: Asset) -> Markup:
    return Markup(asset.content.decode())  # noqa: S704  # the templates' own style and script


class _Known(dict[str, str | None]):
    """Addresses by reference, each asked for once: most rows of a page name what others name too."""

    def __init__(self, links: Links) -> None:
        self.links = links

    def __missing__(self, ref: str) -> str | None:
        found = self[ref] = self.links(ref)
        return found


def _with_rows(links: Links, document: Document) -> _Known:
    """The address of what has no page of its own: a section of this one, or a row, where the rows of one table are about such things."""
    tables = [table.subjects() for table in document.tables()]
    counts = Counter(chain.from_iterable(tables))
    elsewhere = {ref for ref, times in counts.items() if times > 1 or ":" not in ref or links(ref)}
    known = _Known(links)
    known.update((ref, f"#{ref}") for refs in tables if elsewhere.isdisjoint(refs) for ref in refs)
    known.update((section_ref(section.title, "").ref, f"#{slug(section.title)}") for section in document.sections)
    return known


class _Folder(jinja2.FileSystemLoader):
    """Templates in a folder; one that is no text is at fault like one that is no template."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError as error:
            raise jinja2.TemplateSyntaxError(str(error), 1, template) from None


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Our templates as they were compiled before. They lie where Python keeps what it compiles of this module, if it keeps that at all."""

    def __init__(self) -> None:
        super().__init__(str(Path(cache_from_source(str(_HERE))).parent))

    def get_source_checksum(self, source: str) -> str:
        """Of the template, and of what compiles it."""
        return super().get_source_checksum(f"{jinja2.__version__} {_HERE.read_text('utf-8')} {source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError, EOFError, UnpicklingError):  # it may have been cut off
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)


class _Writer(CodeGenerator):
    """Compiles what a template puts out to one call, where jinja2 finalizes and then escapes, and copies every macro's text to do so.

    An attribute is looked up at once, where jinja2 asks the environment each time, which need know only of those that are not there.
    """

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  # as jinja2 calls it
        self.write("(found if (found := getattr((owner := ")
        self.visit(node.node, frame)
        self.write(f"), {node.attr!r}, missing)) is not missing else environment.getattr(owner, {node.attr!r}))")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if _is_escaped(frame):
            self.write("environment.put(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if _is_escaped(frame):
            self.write(")")
        else:
            super()._output_child_post(node, frame, finalize)


def _is_escaped(frame: Frame) -> bool:
    return bool(frame.eval_ctx.autoescape and not frame.eval_ctx.volatile)


class _Context(Context):
    """Calls macros at once, where jinja2 looks each time whether they want the context, and which of their arguments are given."""

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if type(function) is not Macro:
            return super().call(function, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        if not kwargs and len(args) == len(function.arguments) and not (function.caller or function.catch_kwargs or function.catch_varargs):
            return html_cells.marked(function._func(*args))  # all that a macro puts out is escaped
        return function(self.eval_ctx, *args, **kwargs)


class _Environment(jinja2.Environment):
    code_generator_class = _Writer
    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One mapping, where jinja2 looks each name up in a chain of them, on every page; ours do not change later."""
        return {**self.globals, **(d or {})}

    @staticmethod
    def put(value: Any) -> str:
        """What stands on the page for a value: markup as it is, any text as `shown`."""
        if type(value) is Markup:
            return value
        if type(value) is str:
            return html_cells.often_shown(value) if len(value) < _SHORT else html_cells.shown(value)
        return escape(value)


# A filter of templates: its name, the kinds of value that it takes, and what it makes of one.
Filter = tuple[str, tuple[type, ...], Callable[..., Any]]


def environment_of(own: Path | None, filters: Iterable[Filter] = ()) -> jinja2.Environment:
    """Where templates come from, what they may use, and how all that they put out is escaped."""
    shipped = _Folder(shipped_templates())
    environment = _Environment(
        # `contexta/page.html.j2` is always ours, so that an override can extend what it overrides.
        loader=jinja2.ChoiceLoader([*([_Folder(own)] if own else []), shipped, jinja2.PrefixLoader({"contexta": shipped})]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
        bytecode_cache=None if own else _Compiled(),
        auto_reload=False,  # a build that takes up a change half way makes a site of two looks
    )
    environment.filters.update(
        cell=_of(get_args(Cell), html_cells.cell),
        body=_of((Table,), html_cells.body),
        facts=_of((Facts,), html_cells.facts),
        figures=_of((Figures,), html_cells.figures),
        draw=_of((Chart,), draw),
        labels=_of((Drawing,), html_pictures.labels),
        flags=_of((Drawing,), html_pictures.flags),
        lines=_of((Drawing,), html_pictures.lines),
        stroke=_of((Line,), html_pictures.stroke),
        legend=_of((Chart,), html_pictures.legend),
        points=_of((Chart,), lambda chart: sum(len(line.xs) for line in chart.lines if not line.faint)),
        lanes=_of((Timeline,), lanes),
        bars=_of((Lanes,), html_pictures.bars),
        columns=_of((Histogram,), columns),
        histogram_columns=_of((Columns,), html_pictures.histogram_columns),
        prose=_of((str,), _prose),
        kind=lambda item: type(item).__name__.lower(),
        number=_of((int, float), words.number),
        exact=_of((int, float), words.exact),
        duration=_of((int, float), words.duration),
        size=_of((int,), words.size),
        with_unit=_of((str,), words.with_unit),
        time=_of((str,), words.time),
        count=_of((int,), words.count),
        slug=_of((str,), slug),
        status_sign=lambda word: words.STATUS_SIGNS.get(word, "•"),
        level_sign=lambda word: words.LEVEL_SIGNS.get(word, "•"),
        **{name: _of(kinds, function) for name, kinds, function in filters},
    )
    return environment


def _of(kinds: tuple[type, ...], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as a filter: given something of another kind, it is the template that is at fault."""

    exact = frozenset(kinds)

    def checked(value: Any, *more: Any) -> Any:
        if type(value) not in exact and not isinstance(value, kinds):
            str(value)  # of something undefined: says so itself
            raise jinja2.TemplateRuntimeError(f"{type(value).__name__} where {' or '.join(kind.__name__ for kind in kinds)} is expected")
        return function(value, *more)

    return checked


def _prose(markdown: str) -> Markup:
    # Few pages have any, and its parser takes long to import.
    from contexta.render import prose

    return prose.html(markdown)


def _finalize(value: Any) -> Any:
    """Make hidden characters visible in every text that a template puts out."""
    return value if type(value) is not str or value.isprintable() else words.visible(value)


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn what a template does wrong into one sentence that names it; what we do wrong goes on as it is."""
    try:
        yield
    except jinja2.TemplateNotFound as error:
        raise TemplateFailure(f"template {error.name} is not found") from None
    except jinja2.TemplateSyntaxError as error:
        raise TemplateFailure(f"template {error.name}:{error.lineno}: {error.message}") from None
    except Exception as error:  # a template may raise anything
        place = _place(error)
        if place is None:
            raise
        raise TemplateFailure(f"template {place}: {error}") from None


def _place(error: Exception) -> str | None:
    """File and line of the template that failed: jinja2 puts them into the traceback. None where it is code of ours that did."""
    told = isinstance(error, jinja2.TemplateError)  # by jinja2, or by a filter about what it was given
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename).resolve()
        if not path.name.endswith((".py", ">")):
            return f"{path.name}:{frame.lineno}"
        if not told and path != _HERE and path.is_relative_to(_PACKAGE):
            return None
    return "page.html.j2" if told else None
