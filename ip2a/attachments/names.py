"""The name a file came with, made safe to keep, to show and to save again."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 180
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


def clean(name: str) -> str:
    """Only the name, without any folder; never empty, never hidden, at most LONGEST characters with its ending.

    What cannot be printed goes: also the marks that turn writing round, with which "exe.pdf" can read as "fdp.exe".
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    shown = "".join(character for character in name if character.isprintable() or character.isspace())
    name = re.sub(r"\s+", " ", shown)
    name = NOT_IN_NAMES.sub("_", name).strip(" .")
    if not name:
        return "document"
    ending = ending_of(name)
    return name[: LONGEST - len(ending)].rstrip(" .") + ending if len(name) > LONGEST else name


def ending_of(name: str) -> str:
    """The ending with its dot; "" when there is none that looks like one."""
    ending = PurePosixPath(name).suffix
    return ending if len(ending) <= 10 else ""


def with_ending(name: str, endings: tuple[str, ...]) -> str:
    """The name a download is saved under: its ending tells what the content is, whatever it was called before."""
    return name if ending_of(name).lower() in endings else f"{name}{endings[0]}"
