"""The policy of a run: what is done where an inventory leaves a choice. Each choice is stated with the results."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from lcaengine.errors import LcaError

__all__ = ["ALLOCATIONS", "CHOICES", "Policy", "take_policy"]

ALLOCATIONS = ("none", "mass", "energy", "economic", "causal", "as_given", "substitution")
"""How co-products can share the burdens of a process."""

CHOICES: dict[str, tuple[str, ...]] = {
    "unlinked": ("refuse", "cutoff"),
    "basis": ("location", "contract"),
    "max_fallback": ("country", "region", "RoW", "GLO"),
    "allocation": ("", *ALLOCATIONS),
    "open_water": ("missing", "consumed", "refuse"),
}
"""What each field of a policy may say."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done where an inventory leaves a choice.

    Attributes
    ----------
    unlinked : {"refuse", "cutoff"}
        An input that nobody supplies, or several could and none is named, stops the work, or is left out and counted;
        never an equal mix.
    basis : {"location", "contract"}
        Markets are the mix of their place, or contracts and the residual mix where the inventory has them.
    max_fallback : {"GLO", "RoW", "region", "country"}
        How far from the place that is asked for a product or a factor may come; what is farther blocks.
    allocation : str
        A rule for every process with co-products, in place of its own; empty leaves each its own.
    open_water : {"missing", "consumed", "refuse"}
        Where a process withdraws water and says nothing of its release: what it consumes is missing, or is all it
        takes, or the work stops.

    Raises
    ------
    LcaError
        If a field says something else.

    Examples
    --------
    >>> Policy(unlinked="cutoff").basis
    'location'
    """

    unlinked: str = "refuse"
    basis: str = "location"
    max_fallback: str = "GLO"
    allocation: str = ""
    open_water: str = "missing"

    def __post_init__(self) -> None:
        for field, given in asdict(self).items():
            allowed = [each for each in CHOICES[field] if each]
            if given not in CHOICES[field]:
                option = field.replace("_", "-")
                what = f"{field} is {given!r}"
                raise LcaError(what, f"policy, --{option}", f"write one of: {', '.join(allowed)}", given=given)

    def to_options(self) -> str:
        """Write what differs from the usual as options of the command line.

        Examples
        --------
        >>> Policy(unlinked="cutoff", open_water="consumed").to_options()
        ' --unlinked cutoff --open-water consumed'
        """
        fields = ((name, value, getattr(Policy(), name)) for name, value in asdict(self).items())
        return "".join(f" --{name.replace('_', '-')} {value}" for name, value, usual in fields if value != usual)

    def to_dict(self) -> dict[str, str]:
        """Give the fields as plain text, ready for a run record."""
        return {**asdict(self), "allocation": self.allocation or "as stated"}


def take_policy(policy: object) -> Policy:
    """Give a policy as it is, or the usual one where there is none.

    Raises
    ------
    LcaError
        If it is something else.
    """
    if policy is None:
        return Policy()
    if not isinstance(policy, Policy):
        raise LcaError(f"{policy!r} is no policy", "policy", "give lcaengine.Policy(...)")
    return policy
