"""Where the real data at hand is: beside the checkout, or where LCAENGINE_SHARED_DATA says. Tests skip without it."""

from __future__ import annotations

import os
from pathlib import Path

SHARED_DATA = Path(os.environ.get("LCAENGINE_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared/data")
