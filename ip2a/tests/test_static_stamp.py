"""Which static files count as collected."""

from pathlib import Path

from ip2a.serving.prepare import static_stamp


def test_tests_collect_nothing_into_the_house_that_may_run_from_here(settings):
    house = Path(settings.BASE_DIR) / "var"
    assert not any(Path(folder).is_relative_to(house) for folder in (settings.STATIC_ROOT, settings.VAR_DIR))


def test_what_was_collected_another_way_is_collected_anew(settings):
    """Without the manifest that one way writes, no page of the other can be made."""
    before = static_stamp()[1]
    assert static_stamp()[1] == before
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    assert static_stamp()[1] != before
