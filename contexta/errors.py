"""What can go wrong, worded for the person who reads it."""

from typing import Self


class ContextaError(Exception):
    """Something the user can act on: one sentence that says what is wrong, where, and the way out."""


class ContractError(ContextaError, ValueError):
    """A value that breaks the contract; `field` is the path to it, outermost name first."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}" if field else rule)
        self.field = field
        self.rule = rule

    def inside(self, field: str) -> Self:
        """The same fault seen from one level further out (`value` becomes `payload.value`)."""
        return type(self)(f"{field}.{self.field}" if self.field else field, self.rule)


class BackwardTime(ContractError):
    """Something that ended before it began, or was written down before it was seen."""


class UnreadableWorkspace(ContextaError):
    """The folder is missing, is no workspace, or may not be read."""


class UnknownRef(ContextaError):
    """A reference that names nothing in this workspace, or more than one thing."""


class Leak(ContextaError):
    """A file that was about to be published holds what is not to be shown."""


class TemplateFailure(ContextaError):
    """A template, usually one of the user's own, that cannot be loaded or rendered."""


class ThemeFailure(ContextaError):
    """A theme that cannot be used: which file, which key, and what is wrong with it."""


class Undelivered(ContextaError):
    """A mail that a server did not take, and what it said."""
