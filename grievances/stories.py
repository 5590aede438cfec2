"""Twenty believable cases for a made-up local: what happened, under which article, and how far each came."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """``steps`` is how many step records the case has, ``ends`` how it stands, ``ago`` days before the last day.

    ``more_days`` extends what runs in the end beyond the last day; ``is_held`` leaves the case in abeyance.
    """

    subject: str
    article: str
    what: str
    remedy: str
    ago: int
    steps: int
    ends: str
    amount: int = 0
    words: str = ""
    case_type: str = "individual"
    asks_for: str = ""
    more_days: int = 0
    is_held: bool = False


STORIES = (
    Story(
        "Overtime distribution",
        "Art. 9 §4",
        "Skipped on the overtime list for three Saturdays while two junior hands were called.",
        "Pay for 24 hours at double time; post the list weekly.",
        410,
        2,
        "settled",
        1684,
        "Sixteen hours at double time, and the list is posted every Friday.",
        asks_for="Overtime call lists and time sheets of the crew for the quarter",
    ),
    Story(
        "Safety",
        "Art. 14 §2",
        "Sent into a vault without an attendant or a gas test. Refused, and was sent home without pay.",
        "Pay for the day; no mark in the file.",
        395,
        1,
        "settled",
        412,
        "A day's pay, and a toolbox talk on confined spaces.",
    ),
    Story(
        "Termination",
        "Art. 6 §1",
        "Discharged for three late arrivals in one month; no written warning was ever given.",
        "Reinstatement with back pay and benefits.",
        380,
        3,
        "arbitration",
        words="Discharge without a prior warning: the language on progressive discipline is clear.",
        asks_for="Attendance records and warnings of the whole shop for two years",
    ),
    Story(
        "Wages",
        "Art. 8 §1",
        "Paid the residential rate on a commercial remodel for six weeks.",
        "The difference in wages and fringes.",
        350,
        1,
        "settled",
        3120,
        "The difference for 236 hours, with fringes.",
    ),
    Story(
        "Seniority",
        "Art. 7 §3",
        "Laid off while two hands with fewer years stayed on the same job.",
        "Recall and make whole.",
        330,
        2,
        "withdrawn",
        words="The list the shop produced shows that both hold certificates the work required.",
        asks_for="Seniority list and certificates of the crew",
    ),
    Story(
        "Subcontracting",
        "Art. 3 §6",
        "Fire alarm rough-in was given to a firm without an agreement.",
        "Cease, and pay for the hours worked by others.",
        300,
        2,
        "settled",
        7350,
        "118 hours paid into the fund; the firm signs a letter on future work.",
        case_type="policy",
    ),
    Story(
        "Discipline",
        "Art. 6 §2",
        "Three-day suspension for use of a phone that every foreman on the site uses.",
        "Rescind and make whole.",
        275,
        1,
        "closed",
        words="The suspension was rescinded at the first meeting and paid.",
    ),
    Story(
        "Health benefits",
        "Art. 11 §5",
        "Hours of two months were not reported, and coverage lapsed during surgery.",
        "Report the hours and pay the bills.",
        260,
        2,
        "settled",
        5480,
        "Hours reported; the bills of the surgery paid.",
    ),
    Story(
        "Hiring and referral",
        "Art. 4 §4",
        "Three travelers were put on by the gate without a referral.",
        "Referral of the next three on the list; pay for lost days.",
        240,
        1,
        "withdrawn",
        words="The three had referrals dated the day before; the gate's copy was late.",
        case_type="policy",
    ),
    Story(
        "Work outside the classification",
        "Art. 5 §7",
        "A teledata technician pulled branch circuits for two weeks.",
        "Pay at the wireman rate.",
        205,
        1,
        "closed",
        words="The shop paid the wireman rate in the next payroll.",
    ),
    Story(
        "Overtime distribution",
        "Art. 9 §4",
        "The night shift was offered no overtime for a month; the day shift worked every Sunday.",
        "Equal turns and pay for the Sundays lost.",
        160,
        3,
        "arbitration",
        case_type="group",
        words="Eleven hands, one clear list, and a refusal at each step.",
        asks_for="Overtime records of both shifts since January",
    ),
    Story(
        "Safety",
        "Art. 14 §1",
        "A temporary panel stood open and live beside a stairway for nine days after it was reported.",
        "Immediate correction; the steward walks the site weekly.",
        120,
        2,
        "hearing",
        is_held=True,
    ),
    Story(
        "Termination",
        "Art. 6 §1",
        "Discharged after a drug test that was taken without the chain of custody the agreement asks for.",
        "Reinstatement and back pay.",
        90,
        3,
        "open",
        asks_for="Chain-of-custody form and the laboratory's report",
        more_days=45,
    ),
    Story(
        "Wages",
        "Art. 8 §6",
        "No show-up pay on two mornings when the crane failed inspection.",
        "Two hours for each hand and morning.",
        62,
        1,
        "hearing",
        case_type="group",
    ),
    Story(
        "Seniority",
        "Art. 7 §1",
        "Passed over for the foreman's call; the next on the list was three years junior.",
        "The foreman's rate from that day.",
        48,
        1,
        "investigation",
        more_days=38,
    ),
    Story(
        "Discipline",
        "Art. 6 §2",
        "Written warning for refusing to drive a truck without working brake lights.",
        "Take the warning out of the file.",
        39,
        1,
        "open",
    ),
    Story(
        "Subcontracting",
        "Art. 3 §6",
        "Solar racking and wiring on the warehouse roof was done by the roofer's crew.",
        "Assign the work; pay for the hours.",
        30,
        1,
        "investigation",
        case_type="policy",
        asks_for="The roofer's contract and daily logs",
    ),
    Story(
        "Health benefits",
        "Art. 11 §2",
        "The employer stopped the supplemental contribution without notice.",
        "Pay the arrears with interest.",
        24,
        1,
        "hearing",
    ),
    Story(
        "Hiring and referral",
        "Art. 4 §2",
        "The first name on the list was turned away at the gate without a reason.",
        "Pay for the call and keep the place on the list.",
        16,
        1,
        "open",
        more_days=60,
    ),
    Story(
        "Work outside the classification",
        "Art. 5 §7",
        "Apprentices of the second year work alone in the tower.",
        "A journeyman for each apprentice, from now on.",
        10,
        1,
        "open",
        asks_for="Daily crew lists of the tower",
        more_days=90,
    ),
)
