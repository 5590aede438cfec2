"""Light marks in a text, drawn as HTML. Everything a person typed is escaped first; nothing else becomes markup.

An empty line parts paragraphs and a line break stays one. ``# `` and ``## `` begin headings, ``- `` an entry of a list,
``**bold**``, ``[ ]`` and ``[x]`` boxes, three or more underscores a line to fill in: the more, the longer.
"""

import re
from collections.abc import Collection, Iterator
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
BOX = re.compile(r"\[( |x|X)\]")
LINE = re.compile(r"_{3,}")
HEADINGS = (("## ", "h3"), ("# ", "h2"))


def to_html(text: str, gaps: Collection[str] = ()) -> SafeString:
    """``gaps``: texts that are to stand out, because something is missing there."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    blocks = (
        "".join(_block(kind, list(run), gaps)) for kind, run in groupby((line.strip() for line in lines), key=_kind)
    )
    return mark_safe("\n".join(block for block in blocks if block))


def to_lines(text: str) -> SafeString:
    """Each line as a paragraph of its own, for the head of a paper."""
    return mark_safe("".join(f"<p>{_inline(line.strip(), ())}</p>" for line in text.splitlines() if line.strip()))


def _kind(line: str) -> str:
    if not line:
        return "empty"
    if line.startswith("- "):
        return "list"
    return next((tag for mark, tag in HEADINGS if line.startswith(mark)), "text")


def _block(kind: str, lines: list[str], gaps: Collection[str]) -> Iterator[str]:
    if kind == "text":
        yield f"<p>{'<br>'.join(_inline(line, gaps) for line in lines)}</p>"
    elif kind == "list":
        yield f"<ul>{''.join(_entry(line[2:].strip(), gaps) for line in lines)}</ul>"
    elif kind != "empty":
        yield from (f"<{kind}>{_inline(line.lstrip('#').strip(), gaps)}</{kind}>" for line in lines)


def _entry(text: str, gaps: Collection[str]) -> str:
    ticked = ' class="paper-tick"' if BOX.match(text) else ""
    return f"<li{ticked}>{_inline(text, gaps)}</li>"


def _inline(text: str, gaps: Collection[str]) -> str:
    html = BOLD.sub(r"<strong>\1</strong>", str(escape(text)))
    html = LINE.sub(lambda found: _line(len(found[0])), BOX.sub(lambda found: _box(found[1]), html))
    for gap in gaps:
        safe = str(escape(gap))
        html = html.replace(safe, f'<mark class="paper-gap">{safe}</mark>')
    return html


def _box(mark: str) -> str:
    if mark == " ":
        return '<span class="paper-box" role="img" aria-label="Box to tick"></span>'
    return '<span class="paper-box" role="img" aria-label="Ticked box">×</span>'


def _line(length: int) -> str:
    size = next((size for most, size in ((9, ""), (24, "--middle"), (50, "--long")) if length <= most), "--whole")
    more = f" paper-line{size}" if size else ""
    return f'<span class="paper-line{more}" role="img" aria-label="Line to fill in"></span>'
