from grievances.models.agreement import (
    Agreement,
    AgreementEmployer,
    AgreementVersion,
    ContractHoliday,
)
from grievances.models.case import (
    CaseNumbers,
    CaseType,
    CurrentStep,
    Grievance,
    GrievanceStepRecord,
    Grievant,
    Outcome,
    Status,
    Subject,
)
from grievances.models.duty import Decision, InformationRequest, Notice, RequestEntry
from grievances.models.events import CaseEvent, Deadline, DeadlineState, EventKind
from grievances.models.procedure import ProcedureLimit, ProcedureStep
from grievances.models.reminder import Reminder, ReminderKind

__all__ = [
    "Agreement",
    "AgreementEmployer",
    "AgreementVersion",
    "CaseEvent",
    "CaseNumbers",
    "CaseType",
    "ContractHoliday",
    "CurrentStep",
    "Deadline",
    "DeadlineState",
    "Decision",
    "EventKind",
    "Grievance",
    "GrievanceStepRecord",
    "Grievant",
    "InformationRequest",
    "Notice",
    "Outcome",
    "ProcedureLimit",
    "ProcedureStep",
    "Reminder",
    "ReminderKind",
    "RequestEntry",
    "Status",
    "Subject",
]
