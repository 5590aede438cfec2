import pytest


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """Papers of these tests are kept in a folder of their own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }


@pytest.fixture
def house(db):
    """The usual policy, a fund with money, and an officer at each level."""
    from benevolence import factories  # Django is not set up yet when this file is read

    factories.policy_in_force()
    factories.main_fund(balance=100_000)
    return factories.officers()
