"""What reading and writing alone cost: ``copy_suppliers.py SUPPLIERS TARGET INDICATORS``.

pyarrow reads the columns that scoring reads, part by part, and writes a table of the shape of a wide result with
three stages: the labels of every supplier, seven numbers and a status an indicator, and three numbers for all. For
numbers it takes amounts as they come.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = ["process_id", "flow_id", "direction", "amount", "unit", "is_reference", "provider_id"]
NUMBERS = 7

suppliers, target, indicators = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
writer = None
for part in sorted((suppliers / "exchanges").glob("*.parquet")):
    exchanges = pq.read_table(part, columns=COLUMNS)
    processes = pq.read_table(suppliers / "processes" / part.name)
    rows = len(processes)
    result = {name: processes[name] for name in ("supplier_id", "process_id", "location")}
    result |= {"product_id": exchanges["flow_id"].filter(exchanges["is_reference"]), "per": pa.repeat("kg", rows)}
    numbers = np.resize(exchanges["amount"].combine_chunks().to_numpy(), (indicators * NUMBERS + 1, rows))
    result |= {f"number-{at}": pa.array(each) for at, each in enumerate(numbers)}
    result |= {f"status-{at}": pa.repeat("complete", rows) for at in range(indicators)}
    result |= {name: pa.array(np.zeros(rows, np.int64)) for name in ("missing_inputs", "missing_factors")}
    table = pa.table(result)
    writer = writer or pq.ParquetWriter(target, table.schema)
    writer.write_table(table)
if writer is not None:
    writer.close()
