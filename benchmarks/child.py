"""Do one side of a job once, and print the peak memory: ``python -m benchmarks.child JOB SIZE SIDE FOLDER``.

Only jobs that are calls: programs tell their memory themselves.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.jobs import find_job
from benchmarks.measure import measure_peak

name, size, side, folder = sys.argv[1:]
job = find_job(name)
prepare = job.ours if side == "ours" else job.reference
print(json.dumps(measure_peak(prepare(int(size), Path(folder)))))
