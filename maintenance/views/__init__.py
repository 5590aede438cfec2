from maintenance.views.acts import Mend, MendAll, PutBack, PutOff, TakeUp, UndoRun
from maintenance.views.findings import FindingCheck, FindingDetail, FindingList
from maintenance.views.runs import QuarantineRowDetail, QuarantineRowList, RunDetail, RunList
from maintenance.views.schedule import RunNow, Schedule, TurnList

__all__ = [
    "FindingCheck",
    "FindingDetail",
    "FindingList",
    "Mend",
    "MendAll",
    "PutBack",
    "PutOff",
    "QuarantineRowDetail",
    "QuarantineRowList",
    "RunDetail",
    "RunList",
    "RunNow",
    "Schedule",
    "TakeUp",
    "TurnList",
    "UndoRun",
]
