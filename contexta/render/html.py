"""Document → one self-contained HTML file: no request, no script needed, a policy that forbids both."""

import base64
import hashlib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from contexta.errors import TemplateFailure
from contexta.render import prose, words
from contexta.render.drawing import draw
from contexta.render.links import Links
from contexta.report.document import Document

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_templates() -> Path:
    """The folder of the report's own templates: inside an installed package, beside it in a checkout."""
    installed = _PACKAGE / "_templates"
    return installed if installed.is_dir() else _PACKAGE.parent / "templates"


def _environment(templates: Path | None) -> jinja2.Environment:
    shipped = jinja2.FileSystemLoader(shipped_templates())
    own = [jinja2.FileSystemLoader(templates)] if templates else []
    environment = jinja2.Environment(
        # `contexta/page.html.j2` is always ours, so that an override can extend what it overrides.
        loader=jinja2.ChoiceLoader([*own, shipped, jinja2.PrefixLoader({"contexta": shipped})]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    environment.filters.update(
        kind=lambda item: type(item).__name__.lower(),
        number=words.number,
        exact=words.exact,
        duration=words.duration,
        size=words.size,
        with_unit=words.with_unit,
        time=words.time,
        count=words.count,
        slug=slug,
        draw=draw,
        prose=prose.html,
        status_sign=lambda word: words.STATUS_SIGNS.get(word, "•"),
        level_sign=lambda word: words.LEVEL_SIGNS.get(word, "•"),
    )
    return environment


def _finalize(value: Any) -> Any:
    """Make hidden characters visible in every text that a template puts out."""
    return words.visible(value) if type(value) is str else value


def slug(title: str) -> str:
    """A title as a fragment identifier."""
    return "-".join("".join(char if char.isalnum() else " " for char in title.lower()).split())


@dataclass(frozen=True, slots=True)
class HtmlRenderer:
    """Renders pages with one set of templates."""

    environment: jinja2.Environment
    style: str

    @classmethod
    def create(cls, templates: Path | None = None) -> "HtmlRenderer":
        """With the shipped templates, each replaced by the one of that name in `templates`; raises TemplateFailure when one is broken."""
        environment = _environment(templates)
        with _failures_told():
            style = environment.get_template("style.css").render()
        return cls(environment, style)

    def render(self, document: Document, links: Links) -> str:
        """The page; `links` gives the address of a reference's page, None where it has none. Raises TemplateFailure."""
        with _failures_told():
            return self.environment.get_template("page.html.j2").render(
                document=document,
                link=links,
                style=Markup(self.style),  # noqa: S704  # the template's own style sheet
                policy=_policy(self.style),
            )


def _policy(style: str) -> str:
    """A Content-Security-Policy that allows this style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@contextmanager
def _failures_told() -> Iterator[None]:
    """Turn what a template does wrong into one sentence that names it."""
    try:
        yield
    except jinja2.TemplateNotFound as error:
        raise TemplateFailure(f"template {error.name} is not found") from None
    except jinja2.TemplateSyntaxError as error:
        raise TemplateFailure(f"template {error.name}:{error.lineno}: {error.message}") from None
    except (jinja2.TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise TemplateFailure(f"template {_place(error)}: {error}") from None


def _place(error: Exception) -> str:
    """File and line of the template in which it was raised: jinja2 puts them into the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    return next(
        (f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames) if frame.filename.endswith((".j2", ".css"))),
        "page.html.j2",
    )
