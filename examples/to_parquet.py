"""Write the CSV tables of an example as Parquet: ``python to_parquet.py neodymium-magnet-csv neodymium-magnet``."""

import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

source, target = (Path(__file__).parent / name for name in sys.argv[1:3])
target.mkdir(exist_ok=True)
shutil.copy(source / "inventory.toml", target)
numbers = {name: pa.float64() for name in ("amount", "value", "share", "loc", "scale", "minimum", "maximum", "year")}
options = pacsv.ConvertOptions(column_types=numbers, strings_can_be_null=True, null_values=[""])
for path in sorted(source.glob("*.csv")):
    table = pacsv.read_csv(path, convert_options=options, parse_options=pacsv.ParseOptions(newlines_in_values=True))
    pq.write_table(table, target / f"{path.stem}.parquet", compression="zstd")
