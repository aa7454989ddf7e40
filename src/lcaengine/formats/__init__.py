"""Other people's formats: reading them into tables of an inventory, and writing results and inventories in them.

Readers give an :class:`Imported`: tables, and a report of what could not be carried. :func:`write_inventory` writes it
to a folder that :func:`~lcaengine.read_inventory` reads.
"""

from lcaengine.formats.brightway.database import read_brightway
from lcaengine.formats.brightway.datapackage import read_datapackage
from lcaengine.formats.brightway.write import write_datapackage
from lcaengine.formats.ecospold.ecospold1 import read_ecospold1
from lcaengine.formats.ecospold.ecospold2 import read_ecospold2
from lcaengine.formats.flow_names.given_units import explain_units
from lcaengine.formats.flow_names.names import map_flows, suggest_mappings
from lcaengine.formats.ilcd.read import read_ilcd
from lcaengine.formats.imported import Imported, Remark, write_inventory
from lcaengine.formats.jsonld.read import read_jsonld
from lcaengine.formats.questionnaire.read import read_questionnaire
from lcaengine.formats.simapro.read import read_simapro
from lcaengine.formats.tables.sheets import read_tables
from lcaengine.formats.tables.template import write_template

__all__ = [
    "Imported",
    "Remark",
    "explain_units",
    "map_flows",
    "read_brightway",
    "read_datapackage",
    "read_ecospold1",
    "read_ecospold2",
    "read_ilcd",
    "read_jsonld",
    "read_questionnaire",
    "read_simapro",
    "read_tables",
    "suggest_mappings",
    "write_datapackage",
    "write_inventory",
    "write_template",
]
