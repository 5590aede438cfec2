"""Take the pictures of the documentation from a running, seeded site.

    make run            # in another terminal
    .venv/bin/python bin/screenshots.py [http://127.0.0.1:8000]

Each page at 1280 px (light) and 360 px (dark), into docs/screenshots, as somebody who works with it. Needs a Chromium.
"""

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
PAGES = {  # by who looks: the seed's logins, whose passwords are public
    "administrator": {
        "home": "/",
        "members": "/members/",
        "member": "/members/?has_job=yes -> #results tbody th a",
        "member-edit": "/members/?has_job=yes -> #results tbody th a -> .page-actions a",
        "employer": "/organizations/?has_workers=yes&sort=name -> #results tbody th a",
        "jobs": "/jobs/?current=yes",
        "search": "/search/?q=an",
        "repairs": "/maintenance/repairs/",
        "imports": "/imports/",
        "audit": "/audit/",
    },
    "representative": {
        "grievances": "/grievances/",
        "grievance": "/grievances/?status=open -> #results tbody th a",
        "grievance-board": "/grievances/board/",
        "grievance-reports": "/grievances/reports/",
        "agreement": "/agreements/ -> #results tbody th a",
    },
    "organizer": {
        "campaign": "/organizing/campaigns/ -> #results tbody th a",
        "activities": "/organizing/activities/",
        "activity-add": "/organizing/activities/add/",
        "heat": "/organizing/scores/heat/",
    },
    "instructor": {
        "cohort": "/training/cohorts/?status=active -> #results tbody th a",
        "attendance": "/training/classes/?taken=yes -> #results tbody th a -> .page-actions a",
    },
    "officer": {
        "application": "/benevolence/?status=under_review -> #results tbody th a",
        "fund": "/benevolence/fund/",
        "officers-room": "/admin/benevolence/benevolenceapplication/",
    },
}


def sign_in(page: Page, site: str, role: str) -> None:
    page.goto(f"{site}/account/login/")
    page.fill("[name=login]", f"{role}@ip2a.test")
    page.fill("[name=password]", f"local-demo-{role}")
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/$"))


def walk(page: Page, site: str, steps: str) -> None:
    """An address, then links to follow."""
    address, *links = steps.split(" -> ")
    page.goto(site + address)
    for link in links:
        page.goto(site + page.locator(link).first.get_attribute("href"))


def main() -> None:
    site = sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("No chromium on this machine: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for width, height, scheme in ((1280, 800, "light"), (360, 740, "dark")):
            for role, pages in PAGES.items():
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                sign_in(page, site, role)
                for name, steps in pages.items():
                    walk(page, site, steps)
                    page.screenshot(path=FOLDER / f"{name}-{width}.png")
                context.close()
        browser.close()
    sys.stdout.write(f"{2 * sum(map(len, PAGES.values()))} pictures in {FOLDER}\n")


if __name__ == "__main__":
    main()
