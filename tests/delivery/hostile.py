"""Text that means something to one of the places that outcomes go to."""

from hypothesis import strategies as st

EVIL = (
    "::error::injected",
    "  ::set-output name=a::b",
    "\n::add-mask::x\n",
    "\r::stop-commands::y",
    "x ##[error]injected",
    "##vso[task.complete result=Succeeded;]",
    "%0A::error::x",
    "\x85::error::x\u2028::error::y",
    "\x00\x1b[31mred\x1b[0m\x08",
    "\u202eright to left\u202c",
    "\ud800 \ufffe \uffff \U0001f600",
    ']]><evil a="b">&amp;</evil>',
    '"} 1\n# EOF\nevil{a="b\\',
    "a  b\t\tc",
    "",
)

texts = st.sampled_from(EVIL) | st.text(max_size=20) | st.text(":#[]%<>&\"'\\\n\r\x00\x1b\ufffe a", max_size=20)
