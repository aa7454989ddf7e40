"""Results: scored numbers apart from what they came of, and the tables made of them."""

from lcaengine.results.answer import Answer, pack_answer, unpack_answer
from lcaengine.results.scored import PER_BILL, Scored, choose, list_chances
from lcaengine.results.shares import SHARE_ROUNDING, divide_renewable, divide_sizes, share_far
from lcaengine.results.status import Status
from lcaengine.results.table import IDS, spell_table, tabulate_completeness, to_long, to_wide

__all__ = [
    "IDS",
    "PER_BILL",
    "SHARE_ROUNDING",
    "Answer",
    "Scored",
    "Status",
    "choose",
    "divide_renewable",
    "divide_sizes",
    "list_chances",
    "pack_answer",
    "share_far",
    "spell_table",
    "tabulate_completeness",
    "to_long",
    "to_wide",
    "unpack_answer",
]
