"""Sending a file: always as something to save, never as a page; whole or in part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from ip2a.attachments import names, store
from ip2a.attachments.kinds import KINDS
from ip2a.models import Attachment

ONE_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


@dataclass(frozen=True)
class Part:
    start: int
    length: int


class CannotSatisfy(Exception):
    """The range asked for lies behind the end of the file."""


def respond(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The file, or the part asked for; raises store.NeverKept, Missing or StoreUnavailable before anything is sent."""
    if not attachment.is_kept:
        raise store.NeverKept(attachment.path)
    etag = f'"{attachment.sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _with_headers(HttpResponse(status=304), attachment, etag)
    try:
        part = wanted(request, attachment.size, etag)
    except CannotSatisfy:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{attachment.size}"
        return _with_headers(response, attachment, etag)
    whole = part or Part(0, attachment.size)
    body: Iterator[bytes] = iter(())
    if request.method != "HEAD":
        body = store.part(attachment.path, whole.start, whole.length)
    response = StreamingHttpResponse(body, status=206 if part else 200)
    response["Content-Length"] = str(whole.length)
    if part:
        response["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{attachment.size}"
    return _with_headers(response, attachment, etag)


def wanted(request: HttpRequest, size: int, etag: str) -> Part | None:
    """The one part asked for, or None for the whole: also when several are asked for, or the file has changed since."""
    found = ONE_RANGE.match(request.headers.get("Range", "").strip())
    if found is None or found.groups() == ("", "") or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        length = min(int(last), size)
        if length == 0:
            raise CannotSatisfy
        return Part(size - length, length)
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None  # nonsense is to be ignored, says RFC 9110
    if start >= size:
        raise CannotSatisfy
    return Part(start, end - start + 1)


def download_name(attachment: Attachment) -> str:
    kind = KINDS.get(attachment.media_type)
    return names.with_ending(attachment.original_name, kind.endings) if kind else attachment.original_name


def _with_headers(response: HttpResponseBase, attachment: Attachment, etag: str) -> HttpResponseBase:
    response["Content-Type"] = attachment.media_type
    response["Content-Disposition"] = content_disposition_header(True, download_name(attachment))
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
