"""What each kind of finding is called, what it means for the reports, and what to do: gravest and most common first."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is wrong. `title` is in the plural; findings of several keys may have one cause."""

    title: str
    means: str
    do: str


_UNFINISHED = Cause(
    "Scopes that were left open",
    "Reports show them as open, without an end or a duration; what was recorded in them is all there.",
    "Nothing while the program runs. If it was killed, run it again, or continue it: ctx.run(…, run_id=…, resume=True).",
)

# Key → cause, in the order in which causes are told.
CAUSES: Mapping[str, Cause] = {
    # whole files
    "unreadable_file": Cause(
        "Files that cannot be read",
        "Nothing that they hold is in any report.",
        "Let your user read them, or restore them from a copy. A ledger.db that another program holds open can be read when that ends.",
    ),
    "missing_extra": Cause(
        "Files that need a package which is not installed",
        "Nothing that they hold is in any report: scopes are inferred from the records that name them.",
        "Install the extra that is named, where contexta-report runs.",
    ),
    "unreadable_folder": Cause(
        "Folders that cannot be listed", "Nothing that they hold is in any report.", "Let your user list them, and run it again."
    ),
    "outside_file": Cause(
        "Files that lead out of the workspace",
        "They are not read: whoever wrote the workspace must not choose what else of this machine is read.",
        "Put the file itself where the link stands.",
    ),
    "cut_archive": Cause(
        "Archives that end in the middle",
        "Reports have what they hold up to there.",
        "Nothing while the archive is written; else restore it from a copy.",
    ),
    "damaged_archive": Cause(
        "Archives that are damaged",
        "Reports have what they hold up to the damage.",
        "Restore them from a copy.",
    ),
    "large_archive": Cause(
        "Archives that unpack to more than is read",
        "What comes after that is in no report.",
        "Unpack them where they lie, or split them.",
    ),
    "changed_file": Cause(
        "Files that changed under the reader",
        "What stood there when they were indexed, and is gone, is in no report.",
        "Run it again. If it comes back, something rewrites these files: workspaces are only appended to.",
    ),
    # what was lost on its way
    "lost_records": Cause(
        "Writes that were lost",
        "The program went on without them: what they said is in no report.",
        "Look at what the sink said: most often a disk was full or a folder could not be written. Run it again to have them.",
    ),
    "reported_loss": Cause(
        "Losses that whoever captured tells of",
        "What they name may be missing from reports.",
        "Look at what they say; run it again to have what is missing.",
    ),
    "degraded_record": Cause(
        "Records that something could not be captured as it should",
        "Reports show what is there, and these among what needs attention.",
        "Look at what they say.",
    ),
    "broken_sequence": Cause(
        "Segments whose numbering has gaps",
        "Records between two numbers are in no report; where numbers go back, some may stand twice.",
        "Restore the segment from a copy; if lines were cut out or files put together on purpose, nothing.",
    ),
    # lines that are not read
    "torn_line": Cause(
        "Last lines without an end",
        "They are not read: a number in them may be half of one. All lines before them are.",
        "Nothing while the program writes. If it was killed, the line is lost; the next writer begins a new one.",
    ),
    "malformed_line": Cause(
        "Lines that are not JSON",
        "What they said is in no report.",
        "Most often two programs wrote one line, or a disk was full. Restore the line from a copy, or delete it.",
    ),
    "long_line": Cause(
        "Lines that are too long", "They are passed over: what they said is in no report.", "Keep large values in artifacts."
    ),
    "deep_line": Cause("Lines nested too deep", "They are passed over: what they said is in no report.", "Write attributes less deep."),
    "trimmed_line": Cause(
        "Lines of which some is left out",
        "They are read without the part that is named.",
        "Keep large values in artifacts.",
    ),
    "wrong_frame": Cause(
        "Lines that are no lines of a workspace",
        "They are passed over.",
        "If another program writes into the workspace, let it write elsewhere; a line of a newer Contexta needs a newer contexta-report.",
    ),
    "invalid_line": Cause(
        "Lines that break the contract",
        "They are passed over: what they said is in no report.",
        "Mend the program that writes them: the field and its rule are named.",
    ),
    "unread_table": Cause(
        "Tables of ledger.db that are not shown", "Reports have no place for them.", "Nothing; they stay where they are."
    ),
    # lines that are read, and doubtful
    "unknown_schema": Cause(
        "Lines of another schema",
        "They are read as if they were of this one: fields that mean something else are shown wrong.",
        "Use the contexta-report that belongs to the program which wrote them.",
    ),
    "contradiction": Cause(
        "Lines that contradict each other",
        "The later one is shown.",
        "See which is right; where two programs use one name, give each a name of its own.",
    ),
    "duplicate_record": Cause(
        "Records of one reference with different content",
        "Both are counted and drawn.",
        "Mend the program that writes them: each record needs a reference of its own.",
    ),
    "repeated_record": Cause("Records that stand twice", "Each is counted once.", "Nothing; a copy of a file may lie in the workspace."),
    "unknown_owner": Cause(
        "Scopes in something that no line describes",
        "The missing owner is inferred: its status is unknown, its times are those of what names it.",
        "If a file is missing from the workspace, bring it; if a program was killed before it wrote, nothing.",
    ),
    "undescribed": Cause(
        "Scopes that no line describes",
        "They are inferred from the records that name them: their status is unknown, their times are those of the records.",
        "Nothing where only records are captured; else a ledger is missing from the workspace: bring it.",
    ),
    # numbers
    "non_finite_metric": Cause(
        "Metrics that are no finite numbers",
        "Curves have a gap there; tables say NaN or Infinity.",
        "Look at the run: a loss that becomes NaN has diverged.",
    ),
    "lenient_json": Cause(
        "Lines that are not strict JSON",
        "They are read, but other readers may refuse them; half characters are replaced, whole numbers beyond 64 bits rounded.",
        "Mend the program that writes them.",
    ),
    # time
    "backward_time": Cause(
        "Lines in which time runs backwards",
        "They are passed over: what they said is in no report.",
        "Look at the clock of the machine that wrote them; the two times are named.",
    ),
    "clock_set_back": Cause(
        "Files in which time goes back",
        "Curves and durations around that moment are wrong; between files the put that says the later time is used.",
        "Look at the clock of the machine that wrote them; where files of several machines were put together, nothing.",
    ),
    "time_to_come": Cause(
        "Runs with times that are still to come",
        "They count as the newest, and stay so until that time has passed.",
        "Look at the clock of the machine that wrote them, and whether it wrote its local time as if it were UTC.",
    ),
    "seen_before_start": Cause(
        "Scopes in which something was seen before they began",
        "Reports show the times as they were written: curves begin before zero, and durations are too short.",
        "Look at the clocks of the machines that wrote them.",
    ),
    "seen_after_end": Cause(
        "Scopes in which something was seen long after they ended",
        "Reports show it; durations end where the scope says so.",
        "Nothing where something was measured later; else look at the clocks.",
    ),
    # scopes and artifacts
    "unfinished_run": _UNFINISHED,
    "unfinished_stage": _UNFINISHED,
    "incomplete_batch": _UNFINISHED,
    "missing_artifact": Cause(
        "Artifacts whose file is not there",
        "Reports name them, and say that they are missing.",
        "Copy the file to its place in the workspace, or leave it if it was deleted on purpose.",
    ),
    "changed_artifact": Cause(
        "Artifacts whose file is not the one that was registered",
        "Reports name the size and SHA-256 of the file as it was then: what lies there now is another.",
        "Restore the file from a copy, or register it again.",
    ),
    "unverified_artifact": Cause(
        "Artifacts that could not be compared with their file",
        "Nobody knows whether it is still the one that was registered.",
        "Nothing, or look at the file by hand.",
    ),
    # what does not matter
    "unread_file": Cause(
        "Files that are not read", "Nothing that they hold is in any report.", "Nothing, or give them the name of a plane: x.jsonl."
    ),
    "same_lines": Cause("Files whose lines stand in another file too", "They are read once.", "Nothing."),
    "byte_order_mark": Cause("Files that begin with a byte-order mark", "It is passed over.", "Nothing."),
    "crlf": Cause("Files whose lines end in CR LF", "They are read as if they ended in LF.", "Nothing."),
    "blank_line": Cause("Blank lines", "They are passed over.", "Nothing."),
}
