"""A believable local around Puget Sound: organizations and whom to call there, members, and who worked where when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

from faker import Faker

from maintenance.seeding import Seed, seeder
from members import paperwork, stress
from members.careers import Career, Job, career, outline
from members.models import Member, MemberEmployment, Organization, OrganizationContact

Type = Organization.Type


@dataclass(frozen=True)
class Amounts:
    members: int
    employers: int
    unions: int
    training_partners: int
    jatcs: int
    most_contacts: int


AMOUNTS = {
    "quick": Amounts(50, 16, 1, 2, 1, 3),
    "normal": Amounts(1200, 105, 5, 7, 3, 4),
    "stress": Amounts(10_000, 700, 15, 25, 10, 6),
}
CONTACTS_AT_STRESS = 3  # for each organization, on average

TOWNS = {  # name: (ZIP codes begin with, area code, how many live there)
    "Seattle": ("981", "206", 26),
    "Tacoma": ("984", "253", 16),
    "Everett": ("982", "425", 9),
    "Kent": ("980", "253", 9),
    "Renton": ("980", "425", 7),
    "Auburn": ("980", "253", 6),
    "Puyallup": ("983", "253", 6),
    "Federal Way": ("980", "253", 5),
    "Marysville": ("982", "360", 4),
    "Bremerton": ("983", "360", 4),
    "Olympia": ("985", "360", 4),
    "Burien": ("981", "206", 2),
    "Snohomish": ("982", "360", 2),
}
STREETS = ("Alder", "Beacon", "Cedar", "Dogwood", "Fir", "Harbor", "Juniper", "Madrona", "Maple", "Orchard", "Pioneer")
STREETS += ("Rainier", "Salmon Bay", "Spruce", "Sunset", "Union", "Vashon View", "Waller", "Yesler")
KINDS = ("St", "Ave", "Way", "Pl", "Rd", "Ave S", "St SE", "Ave NE")
TONGUES = {"en_US": 70, "es_MX": 13, "vi_VN": 4, "sv_SE": 4, "fr_CA": 4, "pl_PL": 3, "pt_BR": 2}
FIRM_WORDS = (
    "Cascade",
    "Sound",
    "Rainier",
    "Evergreen",
    "Emerald",
    "Olympic",
    "Harbor",
    "Summit",
    "Pacific",
    "Duwamish",
)
FIRM_WORDS += ("Snoqualmie", "Commencement", "Narrows", "Ballard", "Interbay", "Skagit", "Tideflats", "Alki", "Chinook")
FIRM_TRADES = (
    "Electric",
    "Power & Light",
    "Electrical Contractors",
    "Controls",
    "Signal & Systems",
    "Industrial Electric",
)
FIRM_TRADES += ("Line Construction", "Low Voltage", "Energy Services", "Fire & Security")
FIRM_ENDS = {"": 45, " Inc": 25, " LLC": 20, " Co": 10}
UNIONS = ("Sheet Metal Workers Local 66", "UA Plumbers and Steamfitters Local 32", "Ironworkers Local 86")
UNIONS += ("Operating Engineers Local 302", "Carpenters Local 30")
PARTNERS = ("Renton Technical College", "Green River College", "Apprenticeship Opportunities Project", "Bates College")
PARTNERS += ("ANEW Trades", "South Seattle College", "Helmets to Hardhats Northwest")
JATCS = ("Puget Sound Electrical JATC", "Southwest Washington Electrical JATC", "Northwest Line JATC")
TITLES = {
    Type.EMPLOYER: (
        "Owner",
        "Project manager",
        "Payroll manager",
        "Superintendent",
        "Human resources",
        "Safety director",
    ),
    Type.UNION: ("Business manager", "Dispatcher", "Business representative", "Office manager"),
    Type.TRAINING_PARTNER: ("Program director", "Admissions", "Outreach coordinator", "Career counselor"),
    Type.JATC: ("Training director", "Registrar", "Lead instructor", "Committee chair"),
}
NOTES = (
    "Prefers a call before 7 in the morning.",
    "Holds an 01 journey-level license; renewal papers on file.",
    "Asked to be told of work in Tacoma first.",
    "Steward on the hospital job in 2023.",
    "CPR and first aid current; volunteers at the training center.",
    "Letter came back in March; new address confirmed by phone.",
    "Speaks Spanish and helps at orientation.",
    "Off for shoulder surgery until cleared by the doctor.",
    "Pension papers sent; wife is the contact.",
)


class People:
    """Names and ways to reach people, each phone number and address of mail only once."""

    def __init__(self, seed: Seed):
        self.seed = seed
        self.tongues = {tongue: Faker(tongue) for tongue in TONGUES}
        for number, faker in enumerate(self.tongues.values()):
            faker.seed_instance(f"{seed.number}/{seed.name}/{number}")
        self.numbers = seed.chance.sample(range(100, 10_000), 9_000)
        self.taken: set[str] = set()

    def name(self, share_of_women: float = 0.14) -> tuple[str, str, str]:
        """First, middle (often empty) and last name of one origin."""
        faker = self.tongues[str(self.seed.weighted(TONGUES))]
        woman = self.seed.chance.random() < share_of_women
        first = faker.first_name_female if woman else faker.first_name_male
        given, second = first(), first()
        has_middle = second != given and self.seed.chance.random() < 0.35
        return given, second if has_middle else "", faker.last_name()

    def phone(self, area: str) -> str:
        """A number that nobody else has, until all are given away."""
        if not self.numbers:
            self.numbers = self.seed.chance.sample(range(100, 10_000), 9_000)
        number = self.numbers.pop()
        return f"({area}) 555-{number:04}"

    def mail(self, first: str, last: str, host: str) -> str:
        plain = "".join(
            letter for letter in f"{_plain(first)}.{_plain(last)}".lower() if letter.isalnum() or letter == "."
        )
        found, tries = f"{plain}@{host}", 1
        while found in self.taken:
            tries += 1
            found = f"{plain}{tries}@{host}"
        self.taken.add(found)
        return found

    def place(self) -> dict[str, str]:
        chance = self.seed.chance
        town = str(self.seed.weighted({name: about[2] for name, about in TOWNS.items()}))
        return {
            "address": f"{chance.randint(100, 19_900)} {chance.choice(STREETS)} {chance.choice(KINDS)}",
            "city": town,
            "state": "WA",
            "zip_code": f"{TOWNS[town][0]}{chance.randint(1, 99):02}",
        }


def _plain(text: str) -> str:
    """Letters that any mail server takes."""
    letters = text.translate(str.maketrans("łŁđĐøØ", "lLdDoO"))
    return normalize("NFKD", letters).encode("ascii", "ignore").decode()


@seeder("members.organizations", makes=["members.Organization", "members.OrganizationContact"])
def organizations(seed: Seed) -> None:
    amounts, people = AMOUNTS[seed.size], People(seed)
    firms = [(name, Type.EMPLOYER) for name in _firm_names(seed, people, seed.scaled(amounts.employers))]
    others = [(name, Type.UNION) for name in _named(UNIONS, seed.scaled(amounts.unions))]
    others += [(name, Type.TRAINING_PARTNER) for name in _named(PARTNERS, seed.scaled(amounts.training_partners))]
    others += [(name, Type.JATC) for name in _named(JATCS, seed.scaled(amounts.jatcs))]
    made = [_organization(seed, people, name, kind) for name, kind in firms + others]
    seed.create(made)
    if seed.size == "stress":
        counts = stress.shared_out(seed, CONTACTS_AT_STRESS * len(made), among=len(made), most=amounts.most_contacts)
    else:
        counts = [_contact_count(seed, amounts.most_contacts) for _ in made]
    pairs = zip(made, counts, strict=True)
    seed.create([contact for one, count in pairs for contact in _contacts(seed, people, one, count)])


def _named(names: tuple[str, ...], count: int) -> list[str]:
    """So many names: the known ones, then those of their branches in other towns."""
    towns = ["", *TOWNS]
    found = [f"{name}, {town}" if town else name for town in towns for name in names]
    found += [f"{names[n % len(names)]}, branch {n + 1}" for n in range(count - len(found))]
    return found[:count]


def _contact_count(seed: Seed, most: int) -> int:
    return min(most, seed.chance.choices((1, 2, 3, 4), weights=(35, 35, 20, 10))[0])


def _firm_names(seed: Seed, people: People, count: int) -> list[str]:
    names: dict[str, str] = {}
    while len(names) < count:
        word = seed.chance.choice(FIRM_WORDS) if seed.chance.random() < 0.6 else people.name()[2]
        stem = f"{word} {seed.chance.choice(FIRM_TRADES)}"
        names.setdefault(_plain(stem).casefold(), f"{stem}{seed.weighted(FIRM_ENDS)}")
    return list(names.values())


def _host(name: str) -> str:
    """Of the first three words, what may stand in the name of a mail server."""
    words = re.findall(r"[a-z0-9]+", _plain(name).lower().replace("&", " and "))
    return f"{'-'.join(words[:3])}.example"


def _organization(seed: Seed, people: People, name: str, kind: str) -> Organization:
    place = people.place()
    host = _host(name)
    return Organization(
        name=name,
        org_type=kind,
        is_signatory=kind == Type.JATC or (kind == Type.EMPLOYER and seed.chance.random() < 0.74),
        phone=people.phone(TOWNS[place["city"]][1]),
        email=people.mail("office", "", host).replace(".@", "@") if seed.chance.random() < 0.8 else "",
        website=f"https://www.{host}" if seed.chance.random() < 0.65 else "",
        notes="Agreement renewed last spring." if kind == Type.EMPLOYER and seed.chance.random() < 0.08 else "",
        **place,
    )


def _contacts(seed: Seed, people: People, one: Organization, count: int) -> list[OrganizationContact]:
    titles = (TITLES[one.org_type] * 2)[: max(count, len(TITLES[one.org_type]))]
    chosen = seed.chance.sample(titles, count)
    return [_contact(people, one, title, is_primary=place == 0) for place, title in enumerate(chosen)]


def _contact(people: People, one: Organization, title: str, *, is_primary: bool) -> OrganizationContact:
    first, _, last = people.name(share_of_women=0.4)
    host = one.website.removeprefix("https://www.") or "mail.example"
    return OrganizationContact(
        organization=one,
        first_name=first,
        last_name=last,
        title=title,
        is_primary=is_primary,
        phone=people.phone(TOWNS[one.city][1]),
        email=people.mail(first, last, host),
    )


@seeder("members.members", makes=["members.Member"], needs=["members.organizations"])
def members(seed: Seed) -> None:
    people = People(seed)
    employers = list(Organization.objects.live().filter(org_type=Type.EMPLOYER).order_by("id"))
    weights = [max(1, round(seed.chance.paretovariate(1.1) * 3)) for _ in employers]
    lives = _lives(seed, weights)
    numbers = _numbers(seed, len(lives))
    made = [_member(seed, people, life, number) for life, number in zip(lives, numbers, strict=True)]
    stress.tell_apart(made)
    seed.create(made)
    seed.handed["members.lives"] = _Lived(made, lives, employers, weights)


@dataclass(frozen=True)
class _Lived:
    """Members and what they did, in the same order; employers, and how many they take on."""

    members: list[Member]
    lives: list[Career]
    employers: list[Organization]
    weights: list[int]


@seeder("members.jobs", makes=["members.MemberEmployment"], needs=["members.members"])
def jobs(seed: Seed) -> Iterator[None]:
    lived: _Lived | None = seed.handed.pop("members.lives", None)
    yield
    if lived is None:
        return  # these members are not of our making
    pairs = zip(lived.members, lived.lives, strict=True)
    if seed.size == "stress":
        firms = [firm.pk for firm in lived.employers]
        people = [(member.pk, life) for member, life in pairs]
        seed.fill(MemberEmployment, stress.JOB_FIELDS, stress.jobs(seed, people, firms, lived.weights))
    else:
        seed.create([_employment(member, job, lived.employers) for member, life in pairs for job in life.jobs])


def _lives(seed: Seed, weights: list[int]) -> list[Career]:
    """Lives in the order of joining; at stress without their jobs, which are too many to hold."""
    count = seed.scaled(AMOUNTS[seed.size].members)
    if seed.size == "stress":
        lives = [outline(seed) for _ in range(count)]
    else:
        lives = [career(seed, list(range(len(weights))), weights) for _ in range(count)]
    return sorted(lives, key=lambda life: life.joined)


@seeder("members.documents", makes=["ip2a.Attachment"], needs=["members.members", "ip2a.logins"], tops_up=True)
def documents(seed: Seed) -> Iterator[None]:
    """The papers of each member, at stress only: facts of them, and with ``with_files`` their bytes."""
    if seed.size == "stress":
        yield from paperwork.documents(seed)
    else:
        yield


def _numbers(seed: Seed, count: int) -> list[str]:
    """Card numbers rise with the day of joining; those who came from elsewhere keep theirs with a letter before it."""
    rising = iter(sorted(seed.chance.sample(range(7_000_000, 7_999_999), count)))
    foreign = iter(seed.chance.sample(range(20_000_000, 99_999_999), count))
    return [f"a{next(foreign)}" if seed.chance.random() < 0.07 else str(next(rising)) for _ in range(count)]


def _member(seed: Seed, people: People, life: Career, number: str) -> Member:
    first, middle, last = people.name()
    place = people.place()
    return Member(
        member_number=number,
        first_name=first,
        middle_name=middle,
        last_name=last,
        date_of_birth=life.born,
        hire_date=life.joined,
        status=life.status,
        classification=life.classification,
        phone=people.phone(TOWNS[place["city"]][1]) if seed.chance.random() < 0.95 else "",
        email=people.mail(first, last, "mail.example") if seed.chance.random() < 0.82 else "",
        notes=seed.chance.choice(NOTES) if seed.chance.random() < 0.12 else "",
        **place,
    )


def _employment(member: Member, job: Job, employers: list[Organization]) -> MemberEmployment:
    return MemberEmployment(
        member=member,
        organization=employers[job.employer],
        start_date=job.start,
        end_date=job.end,
        job_title=job.title,
        hourly_rate=job.rate,
    )
