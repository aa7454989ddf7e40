"""Run a program and say on the last line of stderr how much memory it took at most: ``peak.py PROGRAM ARGUMENTS``."""

from __future__ import annotations

import os
import subprocess
import sys

child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
kib = usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
sys.stderr.write(f"\npeak {kib}\n")
sys.exit(1 if child.returncode else 0)
