from django.urls import path

from training import models
from training.views import acts, acts_after, attendance, demographics, details, details_after, extra, lists

app_name = "training"


def kept(folder, name, model, *views):
    """List, add, page, edit and history of a model."""
    every, create, detail, update = views
    return [
        path(f"{folder}/", every.as_view(), name=f"{name}_list"),
        path(f"{folder}/add/", create.as_view(), name=f"{name}_create"),
        path(f"{folder}/<int:pk>/", detail.as_view(), name=f"{name}_detail"),
        path(f"{folder}/<int:pk>/edit/", update.as_view(), name=f"{name}_update"),
        path(f"{folder}/<int:pk>/history/", lists.history_of(model).as_view(), name=f"{name}_history"),
    ]


def verbs(folder, name, **views):
    return [
        path(f"{folder}/<int:pk>/{verb.replace('_', '-')}/", view.as_view(), name=f"{name}_{verb}")
        for verb, view in views.items()
    ]


L, D, A, DA, AA = lists, details, acts, details_after, acts_after
urlpatterns = [
    path("jatc-applications/ranks/", extra.RankList.as_view(), name="jatcapplication_ranks"),
    *kept("students", "student", models.Student, L.StudentList, L.StudentCreate, D.StudentDetail, L.StudentUpdate),
    *verbs(
        "students",
        "student",
        enrol=A.StudentEnrol,
        leave=A.StudentLeave,
        complete=A.StudentComplete,
        drop=A.StudentDrop,
        dismiss=A.StudentDismiss,
        apply_again=A.StudentApplyAgain,
    ),
    path("students/<int:pk>/return/", acts.StudentReturn.as_view(), name="student_return"),
    path("students/<int:pk>/demographics/", demographics.DemographicsUpdate.as_view(), name="demographics_update"),
    *kept("cohorts", "cohort", models.Cohort, L.CohortList, L.CohortCreate, D.CohortDetail, L.CohortUpdate),
    *verbs(
        "cohorts",
        "cohort",
        plan=A.CohortPlan,
        appoint=A.CohortAppoint,
        enrol=A.CohortEnrol,
        calendar=extra.CohortCalendar,
    ),
    path("cohorts/<int:pk>/move/<str:to>/", acts.CohortMove.as_view(), name="cohort_move"),
    *kept("classes", "classsession", models.ClassSession, L.ClassList, L.ClassCreate, D.ClassDetail, L.ClassUpdate),
    *verbs("classes", "classsession", attendance=attendance.AttendanceGrid, cancel=A.ClassCancel),
    *kept(
        "locations", "location", models.Location, L.LocationList, L.LocationCreate, D.LocationDetail, L.LocationUpdate
    ),
    *kept("courses", "course", models.Course, L.CourseList, L.CourseCreate, D.CourseDetail, L.CourseUpdate),
    *kept(
        "instructors",
        "instructor",
        models.Instructor,
        L.InstructorList,
        L.InstructorCreate,
        D.InstructorDetail,
        L.InstructorUpdate,
    ),
    *kept("grades", "grade", models.Grade, L.GradeList, L.GradeCreate, D.GradeDetail, L.GradeUpdate),
    *kept(
        "certificates",
        "certification",
        models.Certification,
        L.CertificationList,
        L.CertificationCreate,
        D.CertificationDetail,
        L.CertificationUpdate,
    ),
    *verbs("certificates", "certification", certify=A.Certify, revoke=A.Revoke),
    *kept("tools", "toolissued", models.ToolIssued, L.ToolList, L.ToolCreate, D.ToolDetail, L.ToolUpdate),
    *verbs("tools", "toolissued", receipt=extra.ToolReceipt),
    path("tools/<int:pk>/return/", acts.ToolReturn.as_view(), name="toolissued_return"),
    *kept("hours", "instructorhours", models.InstructorHours, L.HoursList, L.HoursCreate, D.HoursDetail, L.HoursUpdate),
    *kept(
        "jatc-applications",
        "jatcapplication",
        models.JatcApplication,
        L.JatcList,
        L.JatcCreate,
        DA.JatcDetail,
        L.JatcUpdate,
    ),
    *verbs(
        "jatc-applications",
        "jatcapplication",
        submit=AA.JatcSubmit,
        take_up=AA.JatcTakeUp,
        schedule=AA.JatcSchedule,
        interview=AA.JatcInterview,
        withdraw=AA.JatcWithdraw,
    ),
    path("jatc-applications/<int:pk>/decide/<str:to>/", AA.JatcDecide.as_view(), name="jatcapplication_decide"),
    *kept(
        "placements",
        "placement",
        models.Placement,
        L.PlacementList,
        L.PlacementCreate,
        DA.PlacementDetail,
        L.PlacementUpdate,
    ),
    path("follow-ups/<int:pk>/ask/", AA.FollowUpAsk.as_view(), name="followup_ask"),
    *kept("grants", "grant", models.Grant, L.GrantList, L.GrantCreate, DA.GrantDetail, L.GrantUpdate),
    *verbs("grants", "grant", report=AA.GrantReport),
    *kept("expenses", "expense", models.Expense, L.ExpenseList, L.ExpenseCreate, DA.ExpenseDetail, L.ExpenseUpdate),
    *verbs("expenses", "expense", remove=AA.ExpenseRemove, restore=AA.ExpenseRestore),
    path("funder-reports/", lists.ReportList.as_view(), name="funderreport_list"),
    path("funder-reports/<int:pk>/", extra.ReportDetail.as_view(), name="funderreport_detail"),
    path(
        "funder-reports/<int:pk>/history/", lists.history_of(models.FunderReport).as_view(), name="funderreport_history"
    ),
]
