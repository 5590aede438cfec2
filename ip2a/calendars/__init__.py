"""Calendar feeds: a person's dates on their phone, at a secret address of their own.

A room registers what it knows in its ``feeds.py`` (found when the app starts)::

    @calendars.feed("grievances")
    def deadlines(user):
        first, last = calendars.window()
        for deadline in Deadline.objects.visible_to(user).filter(due__range=(first, last)):
            yield calendars.Entry(
                uid=f"deadline-{deadline.pk}",
                summary="GR-2026-0012: step 2 appeal due",
                day=deadline.due,
                url=deadline.grievance.get_absolute_url(),
                changed_at=deadline.updated_at,
            )

The function is asked at each reading, as that person: start at ``visible_to(user)``, and give only what concerns them.
What is no longer given disappears from the phone; ``cancelled=True`` says that it was struck.

A calendar leaves the house: it lies with Apple, Google or Microsoft, is shared with families and shown on locked
screens. **A summary or description never holds the name of a person**, nor anything of a compartment: a case number,
what is due, at most the employer. The link asks to sign in. Each room proves that with a test.
"""

from ip2a.calendars.registry import Entry, feed, window

__all__ = ["Entry", "feed", "window"]
