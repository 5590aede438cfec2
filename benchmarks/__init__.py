"""Figures, measured by hand; never part of the tests, because machines are noisy."""
