"""When scheduled work is due: read from CELERY_BEAT_SCHEDULE, in the local's own time, and blind to missed ticks.

Every moment of a timetable is a slot. Slots are compared as instants: an hour that the clock skips in spring has its
slot when the clock has passed it, and one that comes twice in autumn has one slot, the first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone

TASK = "maintenance.tasks.scheduled"
FARTHEST_DAYS = 400


@dataclass(frozen=True)
class Times:
    """The hours and minutes of the days of a crontab."""

    cron: crontab

    def last(self, now: datetime) -> datetime | None:
        """The newest slot that is not after ``now``."""
        today = timezone.localdate(now)
        for back in range(FARTHEST_DAYS):
            slots = [slot for slot in self._slots(today - timedelta(days=back)) if slot <= now]
            if slots:
                return max(slots)
        return None

    def next(self, now: datetime) -> datetime | None:
        today = timezone.localdate(now)
        for ahead in range(-1, FARTHEST_DAYS):
            slots = [slot for slot in self._slots(today + timedelta(days=ahead)) if slot > now]
            if slots:
                return min(slots)
        return None

    def words(self) -> str:
        """Such as "every day at 02:00" and "Sundays at 03:00"."""
        cron, times = self.cron, sorted((h, m) for h in self.cron.hour for m in self.cron.minute)
        at = f"at {', '.join(f'{h:02}:{m:02}' for h, m in times)}" if len(times) <= 4 else f"{len(times)} times a day"
        if len(cron.day_of_week) < 7:
            names = ("Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays")
            return f"{', '.join(names[day] for day in sorted(cron.day_of_week))} {at}"
        if len(cron.day_of_month) < 31:
            return f"on day {', '.join(str(day) for day in sorted(cron.day_of_month))} of the month {at}"
        return f"every day {at}"

    def _slots(self, day: date) -> Iterator[datetime]:
        cron, zone = self.cron, timezone.get_default_timezone()
        if day.isoweekday() % 7 not in cron.day_of_week or day.day not in cron.day_of_month:
            return
        if day.month not in cron.month_of_year:
            return
        for hour in cron.hour:
            for minute in cron.minute:
                yield datetime.combine(day, time(hour, minute), tzinfo=zone).astimezone(UTC)


def timetable() -> dict[str, Times]:
    """The times of each scheduled work, by its key."""
    return {
        entry["args"][0]: Times(entry["schedule"])
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == TASK
    }
