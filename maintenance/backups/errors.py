"""Why a backup could not be made, checked or brought back: one sentence for the person at the terminal."""


class CannotBackUp(Exception):
    """What failed, what it means and what to do."""
