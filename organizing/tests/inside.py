"""Tests that make records of the compartment do so as work that is nobody's; requests act for who is signed in."""

from ip2a import compartments


def as_system(db):
    """``inside = pytest.fixture(autouse=True)(as_system)``: the walls stand open around the test."""
    with compartments.system("organizing", "tests"):
        yield
