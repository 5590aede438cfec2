from organizing.models.activity import EmployerScore, SaltingActivity, SaltingAgreement
from organizing.models.campaign import BreakGlass, Campaign, CampaignAccess, CampaignEmployer
from organizing.models.cards import AuthorizationCard, CardCustody, UnfairPractice
from organizing.models.same import NotTheSame
from organizing.models.scope import NAMED, OVERSEE
from organizing.models.taking import ListImport
from organizing.models.words import (
    ActivityOutcome,
    ActivityType,
    CampaignStatus,
    CardKind,
    ChargeSection,
    ChargeStatus,
    ContactKind,
    EmployerStance,
    LeftBecause,
    Trade,
    WorkerStanding,
)
from organizing.models.workers import Assessment, ContactNote, UnitList, UnitListEntry, Worker

__all__ = [
    "NAMED",
    "OVERSEE",
    "ActivityOutcome",
    "ActivityType",
    "Assessment",
    "AuthorizationCard",
    "BreakGlass",
    "Campaign",
    "CampaignAccess",
    "CampaignEmployer",
    "CampaignStatus",
    "CardCustody",
    "CardKind",
    "ChargeSection",
    "ChargeStatus",
    "ContactKind",
    "ContactNote",
    "EmployerScore",
    "EmployerStance",
    "LeftBecause",
    "ListImport",
    "NotTheSame",
    "SaltingActivity",
    "SaltingAgreement",
    "Trade",
    "UnfairPractice",
    "UnitList",
    "UnitListEntry",
    "Worker",
    "WorkerStanding",
]
