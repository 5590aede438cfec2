"""The room's own numbers: rows of maintenance, which a local may set differently."""

from ip2a import numbers

TARGET = numbers.declare(
    "organizing.target-percent",
    65,
    unit="percent",
    about="How much of a unit should have signed a valid card before a petition is filed, unless the campaign says "
    "otherwise.",
)
SHOWING = numbers.declare(
    "organizing.showing-percent",
    30,
    unit="percent",
    about="The showing of interest: how much of a unit must have signed before a petition can be filed at all.",
)
STALE_DAYS = numbers.declare(
    "organizing.stale-days",
    30,
    unit="days",
    about="After how many days an assessment of a worker is shown as stale, unless the campaign says otherwise.",
)
CARD_DAYS = numbers.declare(
    "organizing.card-days",
    365,
    unit="days",
    about="For how many days after its date an authorization card counts.",
)
CHARGE_MONTHS = numbers.declare(
    "organizing.charge-months",
    6,
    unit="months",
    about="How long after an unfair labor practice a charge may be filed and served (section 10(b)).",
)
CHARGE_WARNINGS = tuple(
    numbers.declare(
        f"organizing.charge-warning-{number}",
        days,
        unit="days",
        about=f"How many days before a charge must be filed and served the {word} reminder is sent.",
    )
    for number, word, days in ((1, "first", 60), (2, "second", 21), (3, "last", 5))
)
ENDING_DAYS = numbers.declare(
    "organizing.ending-days",
    14,
    unit="days",
    about="How many days before the last day of an agreement or an exemption in organizing somebody is told.",
)
