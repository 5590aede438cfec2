from grievances.models.agreement import (
    Agreement,
    AgreementEmployer,
    AgreementVersion,
    ContractHoliday,
)
from grievances.models.procedure import ProcedureLimit, ProcedureStep

__all__ = [
    "Agreement",
    "AgreementEmployer",
    "AgreementVersion",
    "ContractHoliday",
    "ProcedureLimit",
    "ProcedureStep",
]
