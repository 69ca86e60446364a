"""What stands where something was masked or left out, and what Data Health calls it."""

MASK = "•••"
MASKED = f"{MASK} (masked: its name looks like a secret)"
PATH = "[path left out]"
LEFT_OUT = {"host": "[host left out]", "user": "[user left out]"}

# A value that is one of these tells nothing more.
MARKS = frozenset({MASK, MASKED, PATH, *LEFT_OUT.values()})

# The name under which it is said that others were left out.
REST = "…"
OF_PUBLIC = "left out of a public report"

TOO_DEEP = "(nested too deep)"

BY_NAME = "values whose names look like secrets"
IN_TEXT = "secrets within texts"
PATHS = "absolute paths"
NAMES = {"host": "names of hosts", "user": "names of users"}
VARIABLES = "environment variables"
TAGS = "tags"
CONTENT = "messages, attributes and labels of redacted samples"
