"""The words of the organizing room. What stands in the database are DOMAIN's own."""

from django.db import models


class ActivityType(models.TextChoices):
    OUTREACH = "outreach", "Outreach"
    SITE_VISIT = "site_visit", "Site visit"
    LEAFLETING = "leafleting", "Leafleting"
    ONE_ON_ONE = "one_on_one", "One on one"
    MEETING = "meeting", "Meeting"
    PETITION_DRIVE = "petition_drive", "Petition drive"
    CARD_SIGNING = "card_signing", "Card signing"
    INFORMATION_SESSION = "information_session", "Information session"
    OTHER = "other", "Other"


class ActivityOutcome(models.TextChoices):
    POSITIVE = "positive", "Positive"
    NEUTRAL = "neutral", "Neutral"
    NEGATIVE = "negative", "Negative"
    NO_CONTACT = "no_contact", "No contact"


class EmployerStance(models.IntegerChoices):
    """How an employer stands to the union: 1 is worst. A worker's scale runs the other way (``WorkerStanding``)."""

    HOSTILE = 1, "Hostile"
    RESISTANT = 2, "Resistant"
    NEUTRAL = 3, "Neutral"
    RECEPTIVE = 4, "Receptive"
    SUPPORTIVE = 5, "Supportive"


class Trade(models.TextChoices):
    """What an employer mostly does; the heat table's columns."""

    COMMERCIAL = "commercial", "Commercial"
    INDUSTRIAL = "industrial", "Industrial"
    RESIDENTIAL = "residential", "Residential"
    MAINTENANCE = "maintenance", "Maintenance"
    LOW_VOLTAGE = "low_voltage", "Voice, data, video"
    SOLAR = "solar", "Solar"
    LINE = "line", "Outside line"
    SHOP = "shop", "Shop and panel"
    OTHER = "other", "Other"


class WorkerStanding(models.IntegerChoices):
    """How a worker stands to the union: 1 is best. An employer's scale runs the other way (``EmployerStance``)."""

    STRONG_SUPPORTER = 1, "Strong supporter"
    SUPPORTER = 2, "Supporter"
    UNDECIDED = 3, "Undecided"
    LEANING_AGAINST = 4, "Leaning against"
    OPPOSED = 5, "Opposed"


class CampaignStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    ACTIVE = "active", "Active"
    FILED = "filed", "Petition filed"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    ENDED = "ended", "Ended without a vote"


class ContactKind(models.TextChoices):
    HOUSE_VISIT = "house_visit", "House visit"
    ONE_ON_ONE = "one_on_one", "One on one"
    PHONE = "phone", "Phone call"
    TEXT = "text", "Text message"
    MEETING = "meeting", "Meeting"
    AT_WORK = "at_work", "At work"
    OTHER = "other", "Other"


class CardKind(models.TextChoices):
    PAPER = "paper", "Paper"
    ELECTRONIC = "electronic", "Electronic"


class ChargeStatus(models.TextChoices):
    NOTED = "noted", "Noted, not filed"
    FILED = "filed", "Charge filed"
    COMPLAINT = "complaint", "Complaint issued"
    SETTLED = "settled", "Settled"
    DISMISSED = "dismissed", "Dismissed"
    WITHDRAWN = "withdrawn", "Withdrawn"
    WON = "won", "Decided for us"
    LOST = "lost", "Decided against us"
    DROPPED = "dropped", "Dropped, not filed"


class ChargeSection(models.TextChoices):
    A1 = "8a1", "8(a)(1) interference, restraint, coercion"
    A2 = "8a2", "8(a)(2) domination of a union"
    A3 = "8a3", "8(a)(3) discrimination, discharge"
    A4 = "8a4", "8(a)(4) retaliation for testimony"
    A5 = "8a5", "8(a)(5) refusal to bargain"
    OTHER = "other", "Other"


class LeftBecause(models.TextChoices):
    QUIT = "quit", "Quit"
    DISCHARGED = "discharged", "Discharged"
    LAID_OFF = "laid_off", "Laid off"
    MOVED = "moved", "Moved to other work"
    NEVER_THERE = "never_there", "Was never in the unit"
    OTHER = "other", "Other"
