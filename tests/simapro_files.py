"""SimaPro CSV files for tests, written the way SimaPro writes them."""

from __future__ import annotations

from pathlib import Path

HEADER = """{SimaPro 9.6.0.1}
{processes}
{Date: 24-11-2023}
{Time: 15:52:27}
{Project: Mill}
{CSV Format version: 9.0.0}
{CSV separator: Semicolon}
{Decimal separator: ,}
{Date separator: -}
{Short date format: dd-MM-yyyy}
{Library 'Own data'}

"""

UNITS = """Quantities
Mass;Yes
Energy;Yes

End

Units
kg;Mass;1;kg
g;Mass;0,001;kg
ton;Mass;1000;kg
lb;Mass;0,4535924;kg
MJ;Energy;1;MJ
kWh;Energy;3,6;MJ
kcal;Energy;0,0041855;MJ

End

"""


def process(name: str, *sections: str, kind: str = "material", fields: str = "") -> str:
    """Write a process whose identifier is its name."""
    head = f"Process\n\nCategory type\n{kind}\n\nProcess identifier\n{name}\n\nInfrastructure\nNo\n\n{fields}"
    return head + "\n\n".join(sections) + "\n\nEnd\n\n"


def co2(amount: str, unit: str = "kg", rest: str = "Undefined;0;0;0;") -> str:
    """Write an emission of fossil carbon dioxide."""
    return f"Emissions to air\nCarbon dioxide, fossil;high. pop.;{unit};{amount};{rest}"


def write(folder: Path, *parts: str, header: str = HEADER, encoding: str = "cp1252") -> Path:
    """Write a file of these parts."""
    path = folder / "mill.csv"
    path.write_bytes((header + "".join(parts)).replace("\n", "\r\n").encode(encoding))
    return path


STEEL = process(
    "steel-1",
    "Products\nSteel;kg;2;70;not defined;Metals\\Ferro;hot rolled\nSlag;kg;1;30%;not defined;Metals\\Ferro;",
    "Avoided products\nHeat;MJ;10;Undefined;0;0;0;",
    "Materials/fuels\nCoal;kg;2;Lognormal;1,21;0;0;(2,3,1,4,3,na) from the bill",
    "Electricity/heat\nElectricity {AT}| mix;kWh;4;Normal;0,5;0;0;",
    co2("a*Share", rest="Triangle;0;1,5;4,5;"),
    "Final waste flows\nDust;;g;7;Uniform;0;6;8;",
    "Waste to treatment\nScrap;kg;0,5;Undefined;0;0;0;",
    "Input parameters\na;1,5;Undefined;0;0;0;No;of the furnace",
    'Calculated parameters\nshare;"Iff(a>=1,5; db^2 * 0,5; 0)";',
    fields="Process name\nSteel mill\n\nTime period\n2005-2009\n\nGeography\nUnspecified\n\nTechnology\nAverage\n\n"
    "Comment\nfirst line\x7fsecond line, 5 µm\n\nLiterature references\nMüller 2003;page 7\n\n",
)
COAL = process("coal-1", "Products\nCoal;ton;1;100;not defined;Fuels;", co2("100"))
ELECTRICITY = process(
    "electricity-1", "Products\nElectricity {AT}| mix;kWh;1;100;not defined;Power;", co2("500", "g"), kind="energy"
)
HEAT = process("heat-1", "Products\nHeat;MJ;1;100;not defined;Heat;", co2("0,06"), kind="energy")
LANDFILL = process(
    "landfill-1", "Waste treatment\nScrap;kg;2;Ferro;Landfill;by law", co2("0,2"), kind="waste treatment"
)
REST = (
    "Database Input parameters\nDB;2;Undefined;0;0;0;No;\n\nEnd\n\n"
    "Literature reference\n\nName\nMüller 2003\n\nDocumentation link\nhttps://example.org/m\n\nDescription\nMills.\n\nEnd\n\n"
    "Airborne emissions\n"
    "Carbon dioxide, fossil;kg;000124-38-9;Formula: CO2;DBE27C73-9DF4-4F21-B2EB-A0CE1FE87A4B\n\nEnd\n\n"
)
MILL = (STEEL, COAL, ELECTRICITY, HEAT, LANDFILL, UNITS, REST)
