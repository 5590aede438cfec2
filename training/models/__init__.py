from training.models.after import FollowUp, Interview, JatcApplication, Placement
from training.models.cohort import Attendance, ClassSession, Cohort, CohortInstructor, Enrollment, Leave, Presence
from training.models.grants import Expense, FunderReport, FunderReportDemographics, Grant
from training.models.places import Course, Instructor, Location
from training.models.student import Demographics, NumberSeries, Student
from training.models.work import Certification, Grade, InstructorHours, ToolIssued

__all__ = [
    "Attendance",
    "Certification",
    "ClassSession",
    "Cohort",
    "CohortInstructor",
    "Course",
    "Demographics",
    "Enrollment",
    "Expense",
    "FollowUp",
    "FunderReport",
    "FunderReportDemographics",
    "Grade",
    "Grant",
    "Instructor",
    "InstructorHours",
    "Interview",
    "JatcApplication",
    "Leave",
    "Location",
    "NumberSeries",
    "Placement",
    "Presence",
    "Student",
    "ToolIssued",
]
