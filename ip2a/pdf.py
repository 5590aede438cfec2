"""Papers: one template, as PDF where WeasyPrint's system libraries are there, as a page to print everywhere.

    data = pdf.render_pdf("grievances/packet.html", {"title": "Case file", "by": user, ...})
    if data is None:                      # libraries are missing on this machine
        html = pdf.render_html("grievances/packet.html", {...})

A template extends ``ip2a/papers/paper.html`` and fills its block ``content``; letterhead, page numbers, who printed and
when come from there. The context names ``title`` and ``by`` (the person who prints). Styles are those of
``static/css/paper.css``.

What is drawn may only use our own static files and ``data:`` addresses. Everything else (network, ``file:``) is refused
and left out, whoever wrote it into the text.
"""

import io
import logging
import mimetypes
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import SuspiciousOperation
from django.template.loader import render_to_string
from django.utils import timezone

logger = logging.getLogger(__name__)

# Relative addresses are resolved against a name that exists nowhere: they lead to our static files or to nothing.
BASE_URL = "https://paper.invalid/"


class Refused(ValueError):
    """An address that no paper may fetch."""


@cache
def _weasyprint() -> ModuleType | None:
    """The library, or None when it or what it stands on is missing; asked once per process."""
    for noisy in ("fontTools", "weasyprint.progress"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        with redirect_stdout(io.StringIO()):  # it prints a page of advice when a library is missing
            import weasyprint  # only where a PDF is made: it loads C libraries that may be missing
    except (ImportError, OSError) as error:
        logger.warning("No PDF can be made, so pages to print are offered instead: %s", str(error).splitlines()[0])
        return None
    return weasyprint


def is_available() -> bool:
    """Whether this machine can make PDF."""
    return _weasyprint() is not None


def render_html(template_name: str, context: Mapping[str, Any], request: Any = None) -> str:
    """The paper as a page. With ``on_screen`` in the context it has a bar with a button that prints."""
    return render_to_string(template_name, {**_frame(), **context}, request=request)


def render_pdf(template_name: str, context: Mapping[str, Any]) -> bytes | None:
    """The paper as PDF; None when the libraries are missing."""
    target = io.BytesIO()
    return target.getvalue() if render_pdf_to(target, template_name, context) else None


def render_pdf_to(target: str | Path | IO[bytes], template_name: str, context: Mapping[str, Any]) -> bool:
    """Write the paper as PDF to a path or an open file; False, and nothing written, when the libraries are missing.

    Pictures are kept on disk while it works. The laid-out pages are in memory until the end, about 0.4 MB each, so many
    hundreds of pages are better made as several papers.
    """
    library = _weasyprint()
    if library is None:
        return False
    html = render_html(template_name, context)
    with tempfile.TemporaryDirectory(prefix="ip2a-paper-") as folder:
        page = library.HTML(string=html, base_url=BASE_URL, url_fetcher=_fetcher())
        page.write_pdf(target, pdf_tags=True, cache=folder)
    return True


def _frame() -> dict[str, Any]:
    return {"local_name": settings.LOCAL_NAME, "printed_at": timezone.now()}


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # see _weasyprint: there by now

    class OwnFilesOnly(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            content, media_type = static_file(url)
            return URLFetcherResponse(url, content, {"Content-Type": media_type})

    return OwnFilesOnly()


def static_file(url: str) -> tuple[bytes, str]:
    """Content and type of one of our static files; raises Refused for every other address."""
    parts = urlsplit(url)
    name = unquote(parts.path).removeprefix(settings.STATIC_URL)
    if f"{parts.scheme}://{parts.netloc}/" != BASE_URL or name == unquote(parts.path):
        raise Refused(f"A paper may use our own static files only, not {url[:200]}")
    try:
        content = _read_static(name)
    except (SuspiciousOperation, OSError, ValueError) as error:
        raise Refused(f"There is no static file {name[:200]}") from error
    return content, mimetypes.guess_type(name)[0] or "application/octet-stream"


def _read_static(name: str) -> bytes:
    """From the collected files (whose names carry a checksum in production) or, in development, from the source."""
    found = finders.find(name)
    if found:
        return Path(found).read_bytes()
    with staticfiles_storage.open(name) as file:
        return file.read()
