"""What a command shows while it works."""

from django.core.management.base import OutputWrapper


def replace_line(stream: OutputWrapper, text: str = "") -> None:
    """One line that replaces itself, on a terminal only; without a text it is gone. As it is: not in the colors of
    errors, although it goes where errors go, so that a pipe gets the answer alone."""
    if stream.isatty():
        stream.write(f"\r\x1b[K{text}", style_func=str, ending="")
        stream.flush()


def how_far(text: str, done: int, total: int) -> str:
    """ "Copying files 12 of 90"; the numbers only where there are any."""
    return f"{text} {done:,}{f' of {total:,}' if total else ''}" if done else text
