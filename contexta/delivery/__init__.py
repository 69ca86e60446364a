"""What is brought to people and pipelines: a Document fitted to what carries it, and sent; a run held against rules."""

from contexta.delivery.fitting import MAX_HTML, Letter, fitted
from contexta.delivery.message import Attachment, Mail, address, compose, subject_of
from contexta.delivery.smtp import PASSWORD, USER, Server, deliver

__all__ = [
    "MAX_HTML",
    "PASSWORD",
    "USER",
    "Attachment",
    "Letter",
    "Mail",
    "Server",
    "address",
    "compose",
    "deliver",
    "fitted",
    "subject_of",
]
