"""The name a file came with, made safe to keep, to show and to save again."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 180
# Control characters, and marks that turn the direction of writing round: with them "exe.pdf" can read as "fdp.exe".
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


def clean(name: str) -> str:
    """Only the name, without any folder; never empty, never hidden, at most LONGEST characters with its ending."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = NOT_IN_NAMES.sub("_", INVISIBLE.sub("", name))
    name = re.sub(r"\s+", " ", name).strip(" .")
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
