"""Other people's formats: reading them into tables of an inventory, and writing results and inventories in them.

Readers give an :class:`Imported`: tables, and a report of what could not be carried. :func:`write_inventory` writes it
to a folder that :func:`~lcaengine.read_inventory` reads.
"""

from lcaengine.formats.imported import Imported, Remark, write_inventory
from lcaengine.formats.questionnaire import read_questionnaire

__all__ = ["Imported", "Remark", "read_questionnaire", "write_inventory"]
