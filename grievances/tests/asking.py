"""How the tests of the pages ask for a verb of a case, and read the answer."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def url(case, verb, *more) -> str:
    return reverse(f"grievances:grievance_{verb}", args=[case.pk, *more])


def paper(name="minutes.pdf"):
    return SimpleUploadedFile(name, PDF, "application/pdf")


def done(browser, case, verb, *more, **values):
    """The verb's message, after its page was sent; the test fails when it was refused."""
    response = browser.post(url(case, verb, *more), {"complete": "1", **values}, follow=True)
    assert response.redirect_chain, response.context["form"].errors
    return [str(message) for message in response.context["messages"]]


def refused(browser, case, verb, *more, **values) -> str:
    """The page with what was typed and why it was refused."""
    response = browser.post(url(case, verb, *more), {"complete": "1", **values})
    assert response.status_code == 422
    return response.content.decode()


def led_back(browser, case, verb, *more) -> list[str]:
    """What is said when the page of a verb is opened that cannot be done now."""
    response = browser.get(url(case, verb, *more), follow=True)
    assert response.redirect_chain[0][1] == 302
    return [str(message) for message in response.context["messages"]]
