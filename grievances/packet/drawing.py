"""Draws a page as PDF: ``python -P drawing.py < page.html > paper.pdf``. Exit status 3: the libraries are missing.

A program of its own, because laying out a hundred pages takes as much memory as all the rest of a worker, which would
keep it. It knows neither Django nor the house; what it draws may use nothing but itself (``data:`` addresses).
"""

import logging
import sys
import tempfile
from typing import Any

MISSING = 3


def main() -> int:
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    try:
        from weasyprint import HTML  # loads C libraries that may be missing
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        sys.stderr.write(f"No PDF can be made: {str(error).splitlines()[0]}\n")
        return MISSING

    class Itself(URLFetcher):
        def __init__(self) -> None:
            super().__init__(allowed_protocols=("data",), allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise ValueError("A case file uses nothing from elsewhere.")
            return super().fetch(url, headers)

    with tempfile.TemporaryDirectory(prefix="ip2a-paper-") as folder:
        page = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=Itself())
        page.write_pdf(sys.stdout.buffer, pdf_tags=True, cache=folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
