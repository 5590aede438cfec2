"""What goes wrong before anything runs, said in one sentence."""


class CannotStart(Exception):
    """A server cannot start here; the text says what failed, what it means and what to do."""
