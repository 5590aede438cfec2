"""Static files as the web server hands them out: compressed once, under names that never change their content."""

import gzip

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from whitenoise.middleware import WhiteNoiseMiddleware

FILES = ["css/ip2a.css", "js/list.js", "js/live.js"]


@pytest.fixture(scope="module")
def serve(tmp_path_factory):
    """``serve(path, accept)`` answers as in production, for the house's own files."""
    kind = {"BACKEND": "ip2a.static_files.StaticFiles"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": kind},
        STATIC_ROOT=str(tmp_path_factory.mktemp("static")),
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        WHITENOISE_USE_FINDERS=False,
        WHITENOISE_AUTOREFRESH=False,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        middleware = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
        yield lambda path, accept="", **headers: middleware(
            RequestFactory().get(path, HTTP_ACCEPT_ENCODING=accept, **headers)
        )


@pytest.mark.parametrize("name", FILES)
def test_file_is_kept_for_good_and_comes_compressed(serve, name):
    address = staticfiles_storage.url(name)
    plain, packed, small = serve(address), serve(address, "gzip"), serve(address, "gzip, br")
    whole = b"".join(plain)
    assert plain["Cache-Control"] == "max-age=315360000, public, immutable"
    assert [answer.get("Content-Encoding") for answer in (plain, packed, small)] == [None, "gzip", "br"]
    assert gzip.decompress(b"".join(packed)) == whole
    assert int(small["Content-Length"]) < int(packed["Content-Length"]) < len(whole)
    assert {answer["Vary"] for answer in (plain, packed, small)} == {"Accept-Encoding"}


def test_name_changes_with_the_content(serve):
    assert staticfiles_storage.url("css/ip2a.css") != "/static/css/ip2a.css"
    assert serve("/static/css/ip2a.css")["Cache-Control"] == "max-age=60, public"


def test_file_that_the_browser_has_is_not_sent_again(serve):
    address = staticfiles_storage.url("css/ip2a.css")
    first = serve(address)
    again = serve(address, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"])
    assert (again.status_code, b"".join(again)) == (304, b"")
