"""The table of samples: the result table, with statistics over the draws of every row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from lcaengine.footprints.detach import detach
from lcaengine.results import Scored, to_long

if TYPE_CHECKING:
    from lcaengine.uncertainty.samples import Samples

__all__ = ["detach_samples", "tabulate_samples"]


def detach_samples(samples: Samples) -> Scored:
    """Give the numbers of samples and what names them: of the indicators that were drawn.

    Returns
    -------
    Scored
    """
    scored, chosen = detach(samples.footprints), list(samples.indicators)
    p2_5, p50, p97_5 = (samples.quantiles[..., at] for at in range(3))
    return replace(
        scored,
        indicators=tuple(scored.indicators[k] for k in chosen),
        units=tuple(scored.units[k] for k in chosen),
        value=scored.value[:, :, chosen],
        primary_data_share=scored.primary_data_share[:, :, chosen],
        status=scored.status[:, chosen],
        fallback_share=scored.fallback_share[:, chosen],
        statistics={"mean": samples.mean, "sd": samples.sd, "p2_5": p2_5, "p50": p50, "p97_5": p97_5},
    )


def tabulate_samples(samples: Samples) -> pa.Table:
    """Give the result table, with columns mean, sd, p2_5, p50 and p97_5 behind the others.

    Returns
    -------
    pyarrow.Table
    """
    return to_long(detach_samples(samples))
