"""Twenty-five applications of a believable local, in the order of their days: what happened, and what became of it.

``acts`` are what the officers did, one word each: a level approves ("vp"), with less ("admin:1200"), denies ("vp-no"),
asks ("vp?") or defers ("admin~"); "paid", "creditor", "void" and "withdrawn" are what follows.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tale:
    ago: int  # days before the last day of the example
    reason: str
    amount: int
    story: str
    acts: tuple[str, ...] = ()
    paper: str = ""
    creditor: str = ""
    emergency: bool = False
    words: str = ""


TALES = (
    Tale(
        655,
        "medical",
        400,
        "Broke a wrist off the clock and sat out five weeks. The short-term disability check was late and the truck "
        "payment was due.",
        ("vp", "paid"),
    ),
    Tale(
        612,
        "hardship",
        1200,
        "Laid off when the hospital job closed early, two weeks short of the hours for health coverage. Asks for one "
        "month of the premium.",
        ("vp", "admin", "paid"),
        "premium notice.txt",
    ),
    Tale(
        570,
        "death_in_family",
        5000,
        "Father passed away in El Paso. Pays for the funeral alone, because his brothers are out of work.",
        ("vp", "admin", "manager", "president", "creditor"),
        "funeral home estimate.txt",
        "Cascade Funeral Home",
    ),
    Tale(
        541,
        "other",
        250,
        "Tools stolen out of the gang box over the weekend; the insurance has a deductible of $250.",
        ("vp", "paid"),
    ),
    Tale(
        498,
        "medical",
        450,
        "Asks for help with an eye surgery planned for next spring.",
        ("vp-no",),
        words="The fund helps when money is needed now. Please apply again when the surgery is scheduled and billed.",
    ),
    Tale(
        460,
        "disaster",
        3400,
        "A pipe burst while the family was away and took the kitchen floor and the furnace with it. The insurer pays "
        "the walls, not the furnace.",
        ("vp", "admin", "manager", "paid"),
        "furnace quote.txt",
    ),
    Tale(
        431,
        "hardship",
        900,
        "Wife's hours were cut to twenty a week in the same month as the transmission went. Behind one month on rent.",
        ("vp", "admin", "creditor", "void", "creditor"),
        "rent ledger.txt",
        "Alder Court Apartments",
    ),
    Tale(
        402,
        "medical",
        7500,
        "Daughter, 6, was flown to Children's for a tumor behind the eye. Both parents stayed with her for three "
        "months; travel, lodging and the deductible come to more than nine thousand.",
        ("vp", "admin", "manager", "president", "paid"),
        "hospital statement.txt",
    ),
    Tale(
        377,
        "other",
        500,
        "Certification for the fire alarm license lapsed during chemotherapy; course and exam have to be taken again.",
        ("vp", "paid"),
    ),
    Tale(
        350,
        "hardship",
        1400,
        "Garnished for a loan that a cousin took in his name; asks for help until the court decides.",
        ("vp", "admin-no"),
        "court notice.txt",
        words="The fund cannot pay debts that are in dispute. Please come back with the court's decision.",
    ),
    Tale(
        322,
        "medical",
        700,
        "Insulin pump failed and the plan wants 30 days to approve another. Rents one meanwhile.",
        ("vp?", "vp", "admin", "paid"),
        "rental contract.txt",
        words="For how many weeks is the pump rented, and what does a week cost?",
    ),
    Tale(
        296,
        "disaster",
        1500,
        "Fire in the garage: tools, work clothes and the car he drove to the job are gone. He is to start on Monday.",
        ("president", "confirmed", "paid"),
        "fire report.txt",
        emergency=True,
    ),
    Tale(
        268,
        "death_in_family",
        2500,
        "Her husband, a member for 31 years, died in his sleep. The pension takes eight weeks to start.",
        ("vp", "admin", "manager", "paid"),
        "death certificate.txt",
    ),
    Tale(
        241,
        "medical",
        1300,
        "Back surgery; the plan first has to say whether it was in network.",
        ("vp", "admin~", "admin", "paid"),
        "surgeon's bill.txt",
        words="The plan decides within three weeks. We look at it again then.",
    ),
    Tale(
        214,
        "hardship",
        3000,
        "Missed four house payments after a divorce and asks for all of them.",
        ("vp", "admin", "manager-no"),
        "bank letter.txt",
        words="The bank has offered to put the four payments at the end of the loan. Take that offer; if it falls "
        "through, apply again.",
    ),
    Tale(
        180,
        "hardship",
        100,
        "Boots and rain gear for the first week on the dam job; first check comes in three weeks.",
        ("vp", "paid"),
    ),
    Tale(
        153,
        "disaster",
        1500,
        "Wind took half of the roof. A tarp holds for now, the contractor wants a deposit.",
        ("vp", "admin:1200", "creditor"),
        "roofer's quote.txt",
        "Summit Roofing LLC",
    ),
    Tale(
        120,
        "medical",
        600,
        "Physical therapy after the fall from the ladder; workers' compensation is appealing.",
        ("vp", "withdrawn"),
        "therapy plan.txt",
        words="Compensation was granted on appeal.",
    ),
    Tale(
        52,
        "other",
        800,
        "The heat pump in the trailer died with a newborn at home; the dealer takes half of it now.",
        ("vp", "admin"),
        "dealer's offer.txt",
    ),
    Tale(
        41,
        "disaster",
        6200,
        "The creek came through the house. Moved to a motel with two children and his mother; the flood policy does "
        "not cover living costs.",
        ("vp", "admin:5500", "manager", "president:5000"),
        "motel bill.txt",
    ),
    Tale(
        7,
        "medical",
        4200,
        "Stroke at 44. Can move the left hand again; will not climb before summer. The mortgage is two months behind.",
        ("vp",),
        "mortgage statement.txt",
        "Puget Sound Credit Union",
    ),
    Tale(
        6,
        "death_in_family",
        2800,
        "Lost a brother in Manila and wants to bring the mother over for the burial.",
        ("vp?",),
        "airline quote.txt",
        words="Does the quote cover one traveler or two? Please add the itinerary.",
    ),
    Tale(
        5,
        "hardship",
        5000,
        "Six months without a call from the hall after the refinery closed. Power and gas are to be shut off.",
        ("vp",),
        "shut-off notices.txt",
    ),
    Tale(
        2,
        "medical",
        350,
        "New glasses and safety inserts; the old ones broke when the lift jerked.",
    ),
    Tale(
        1,
        "hardship",
        1000,
        "Child care fell through and she misses shifts. Draft: waits for the provider's letter.",
        ("draft",),
    ),
)
