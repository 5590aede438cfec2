"""Tests that make records of the compartment do so as work that is nobody's; requests act for who is signed in."""

from contextlib import nullcontext

from ip2a import compartments


def as_system(db):
    """``inside = pytest.fixture(autouse=True)(as_system)``: the walls stand open around the test."""
    system = getattr(compartments, "system", lambda place, why: nullcontext())
    with system("organizing", "tests"):
        yield
