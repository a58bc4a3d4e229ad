"""Every target of the fuzzer on a few inputs: noise, and sound inputs spoilt."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))

from run import mutated
from targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(noise=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_noise_leaves_by_the_documented_door(name: str, noise: bytes) -> None:
    TARGETS[name](noise)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), number=st.integers(0, 2**32))
def test_spoilt_input_leaves_by_the_documented_door(
    name: str, data: st.DataObject, number: int
) -> None:
    known = seeds(name) or [b"\x00"]
    seed = data.draw(st.sampled_from(known))
    TARGETS[name](mutated(seed, random.Random(number), known)[:5_000])


def test_every_target_has_its_samples() -> None:
    """A pattern that finds nothing would fuzz nothing."""
    assert {name for name in TARGETS if not seeds(name)} == {"texts"}
