"""Icons: line drawings on a 20 by 20 grid, put inline so that they take the colour of the text and print.

An icon never stands alone: there is always a word beside it, or a label on the control that holds it.
"""

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe

DRAWINGS: dict[str, str] = {
    # rooms
    "home": '<path d="M3 9.2 10 3.5l7 5.7V16a.9.9 0 0 1-.9.9H3.9A.9.9 0 0 1 3 16zM8 16.9V12h4v4.9"/>',
    "members": '<circle cx="7.5" cy="6.8" r="2.8"/><path d="M2.5 16.2a5 5 0 0 1 10 0M13 4.3a2.8 2.8 0 0 1 0 5'
    'M14.7 11.8a5 5 0 0 1 2.8 4.4"/>',
    "person": '<circle cx="10" cy="6.6" r="3.1"/><path d="M4 16.8a6 6 0 0 1 12 0"/>',
    "building": '<path d="M4 17V3.8c0-.4.4-.8.8-.8h6.4c.4 0 .8.4.8.8V17M12 8h3.2c.4 0 .8.4.8.8V17M2.5 17h15'
    'M7 6.3h2M7 9.3h2M7 12.3h2"/>',
    "job": '<rect x="2.8" y="6.5" width="14.4" height="10" rx="1"/><path d="M7.2 6.5V4.2c0-.4.4-.8.8-.8h4'
    'c.4 0 .8.4.8.8v2.3M2.8 11h14.4"/>',
    "contact": '<rect x="4" y="2.8" width="12.5" height="14.4" rx="1"/><circle cx="10.3" cy="8" r="1.9"/>'
    '<path d="M7 13.6a3.3 3.3 0 0 1 6.6 0M2.5 6.5h3M2.5 10h3M2.5 13.5h3"/>',
    "grievances": '<path d="M10 3v14M6 17h8M4 5.5h12M4 5.5 1.8 11a2.3 2.3 0 0 0 4.4 0zM16 5.5 13.8 11'
    'a2.3 2.3 0 0 0 4.4 0z"/>',
    "benevolence": '<path d="M10 16.6S3 12.7 3 7.9A3.6 3.6 0 0 1 10 6.6a3.6 3.6 0 0 1 7 1.3c0 4.8-7 8.7-7 8.7z"/>',
    "organizing": '<path d="M3 8.2v3.6h2.8L13 16V4L5.8 8.2zM15.3 7.6a3.5 3.5 0 0 1 0 4.8M6.5 12l1 4.5"/>',
    "training": '<path d="M10 4 1.8 8 10 12l8.2-4zM5 9.8v4c1.2 1.4 3 2.2 5 2.2s3.8-.8 5-2.2v-4M18.2 8v4.5"/>',
    "maintenance": '<path d="M16.6 6.3a4.2 4.2 0 0 1-5.5 5.3l-5 5a1.7 1.7 0 0 1-2.5-2.5l5-5a4.2 4.2 0 0 1 5.3-5.5'
    'L11.3 6l.5 2.3 2.3.5z"/>',
    "audit": '<path d="M3 10a7 7 0 1 0 2.2-5.1M3 3.5v3.3h3.3M10 6.3V10l2.6 1.8"/>',
    "import": '<path d="M10 3v9M6.5 8.7 10 12.2l3.5-3.5M3.5 13v3.2c0 .4.4.8.8.8h11.4c.4 0 .8-.4.8-.8V13"/>',
    "admin": '<path d="M3 6h6M13 6h4M3 14h3M10 14h7"/><circle cx="11" cy="6" r="2"/><circle cx="8" cy="14" r="2"/>',
    "merge": '<path d="M5 3v3.5c0 2.5 5 2.8 5 6V17M15 3v3.5c0 2.5-5 2.8-5 6M7.5 14.5 10 17l2.5-2.5"/>',
    # acts
    "search": '<circle cx="8.8" cy="8.8" r="5.3"/><path d="m12.7 12.7 4.3 4.3"/>',
    "menu": '<path d="M3 5.5h14M3 10h14M3 14.5h14"/>',
    "close": '<path d="m5 5 10 10M15 5 5 15"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "check": '<path d="m4 10.5 4 4 8-9"/>',
    "edit": '<path d="m3.5 16.5.8-3.6L13.4 3.8a1.2 1.2 0 0 1 1.7 0l1.1 1.1a1.2 1.2 0 0 1 0 1.7l-9.1 9.1z'
    'M11.8 5.4l2.8 2.8"/>',
    "remove": '<path d="M3.5 5.5h13M8 5.5V3.3h4v2.2M5 5.5l.8 11.2h8.4L15 5.5M8.3 8.8v4.7M11.7 8.8v4.7"/>',
    "download": '<path d="M10 3v9.5M6.5 9 10 12.5 13.5 9M3.5 16.7h13"/>',
    "upload": '<path d="M10 13V3.5M6.5 7 10 3.5 13.5 7M3.5 16.7h13"/>',
    "filter": '<path d="M3 4.5h14l-5.5 6.3v5.4l-3-1.7v-3.7z"/>',
    "undo": '<path d="M7 4 3.5 7.5 7 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H7"/>',
    "more": '<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" stroke-width="2.6"/>',
    "print": '<path d="M6 7.5V3h8v4.5M6 13.5H3.8a.8.8 0 0 1-.8-.8V8.3c0-.4.4-.8.8-.8h12.4c.4 0 .8.4.8.8v4.4'
    "c0 .4-.4.8-.8.8H14"
    'M6 11.5h8V17H6z"/>',
    "refresh": '<path d="M16.5 8.5A6.8 6.8 0 0 0 4.4 6.2L3 7.7M3 4v3.7h3.7M3.5 11.5a6.8 6.8 0 0 0 12.1 2.3'
    'l1.4-1.5M17 16v-3.7h-3.7"/>',
    "play": '<path d="M6 4v12l9.5-6z"/>',
    "link": '<path d="M8.5 11.5a3 3 0 0 0 4.3 0l2.8-2.8a3 3 0 0 0-4.3-4.3L10 5.8M11.5 8.5a3 3 0 0 0-4.3 0'
    'l-2.8 2.8a3 3 0 0 0 4.3 4.3L10 14.2"/>',
    # directions
    "up": '<path d="M10 16V4.5M5.5 9 10 4.5 14.5 9"/>',
    "down": '<path d="M10 4v11.5M5.5 11l4.5 4.5 4.5-4.5"/>',
    "sort": '<path d="m6.5 8 3.5-3.5L13.5 8M6.5 12l3.5 3.5 3.5-3.5"/>',
    "next": '<path d="m7.5 4.5 5.5 5.5-5.5 5.5"/>',
    "previous": '<path d="M12.5 4.5 7 10l5.5 5.5"/>',
    "first": '<path d="M14 4.5 8.5 10l5.5 5.5M5.5 4.5v11"/>',
    "last": '<path d="m6 4.5 5.5 5.5L6 15.5M14.5 4.5v11"/>',
    "expand": '<path d="m5 7.5 5 5 5-5"/>',
    # meanings
    "info": '<circle cx="10" cy="10" r="7"/><path d="M10 9.3v4.2M10 6.4v.1"/>',
    "good": '<circle cx="10" cy="10" r="7"/><path d="m6.8 10.3 2.3 2.3 4.1-4.8"/>',
    "warn": '<path d="M10 3.2 17.6 16.6H2.4zM10 8.3v3.9M10 14.3v.1"/>',
    "bad": '<path d="M7.1 3h5.8L17 7.1v5.8L12.9 17H7.1L3 12.9V7.1zM10 6.4v4.4M10 13.4v.1"/>',
    "clock": '<circle cx="10" cy="10" r="7"/><path d="M10 6v4l2.8 1.8"/>',
    "calendar": '<rect x="3" y="4.2" width="14" height="12.8" rx="1"/><path d="M3 8.2h14M6.8 2.8v2.8M13.2 2.8v2.8"/>',
    "history": '<path d="M3 10a7 7 0 1 0 2.2-5.1M3 3.5v3.3h3.3M10 6.3V10l2.6 1.8"/>',
    "flag": '<path d="M5 17V3.5M5 4c3-1.6 5 1.6 9.5 0v7c-4.5 1.6-6.5-1.6-9.5 0"/>',
    "note": '<path d="M4 3.5h12v9.3L12.3 16.5H4zM16 12.5h-4v4M7 7.2h6M7 10.2h3.5"/>',
    "lock": '<rect x="4" y="9" width="12" height="8" rx="1"/><path d="M6.8 9V6.4a3.2 3.2 0 0 1 6.4 0V9M10 12v2"/>',
    "key": '<circle cx="6.8" cy="13.2" r="3.6"/><path d="m9.4 10.6 7-7M13.2 6.8l2.4 2.4"/>',
    "sign-out": '<path d="M8 3.5H4.3c-.4 0-.8.4-.8.8v11.4c0 .4.4.8.8.8H8M8 10h9M13.5 6.5 17 10l-3.5 3.5"/>',
    "devices": '<rect x="2.5" y="4" width="12" height="9" rx="1"/><path d="M6 16.5h5M8.5 13v3.5"/>'
    '<rect x="13" y="8.5" width="5" height="8.5" rx="1" fill="var(--surface)"/>',
    "phone": '<path d="M4 3.5h3l1.5 3.8-1.8 1.4a10 10 0 0 0 4.6 4.6l1.4-1.8 3.8 1.5v3A1.3 1.3 0 0 1 15.2 17.3'
    'C8.5 17.3 2.7 11.5 2.7 4.8A1.3 1.3 0 0 1 4 3.5z"/>',
    "mail": '<rect x="2.5" y="4.5" width="15" height="11" rx="1"/><path d="m3 5.5 7 5.5 7-5.5"/>',
    "place": '<path d="M10 17.5s5.5-4.8 5.5-9a5.5 5.5 0 0 0-11 0c0 4.2 5.5 9 5.5 9z"/><circle cx="10" cy="8.5" r="2"/>',
    # papers
    "document": '<path d="M5 2.8h6.5L15.5 7v10.2H5zM11.3 3v4.2h4"/>',
    "photo": '<rect x="2.5" y="4" width="15" height="12" rx="1"/><circle cx="7" cy="8" r="1.3"/>'
    '<path d="m3 14 4-3.5 3 2.5 3-3 4 3.5"/>',
    "table": '<rect x="2.8" y="3.8" width="14.4" height="12.4" rx="1"/><path d="M2.8 8h14.4M8 8v8.2M2.8 12.1h14.4"/>',
    "chart": '<path d="M3 3v14h14M7 13.5V10M11 13.5V6.5M15 13.5V8.5"/>',
    "list": '<path d="M7 5.5h10M7 10h10M7 14.5h10M3.5 5.5h.1M3.5 10h.1M3.5 14.5h.1"/>',
}


@lru_cache(maxsize=256)
def icon(name: str, size: int = 18) -> SafeString:
    """Inline SVG for one drawing, hidden from screen readers because the word beside it says the same."""
    return mark_safe(
        f'<svg class="icon" viewBox="0 0 20 20" width="{size}" height="{size}" fill="none" stroke="currentColor" '
        f'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
        f"{DRAWINGS[name]}</svg>"
    )
