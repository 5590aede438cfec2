"""The pages of many records, and those that add and change one."""

from django.utils import timezone

from ip2a.views.generic import RecordCreate, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from training import columns, filters, forms, models, services


class StudentList(RecordList):
    model = models.Student
    title = "Students"
    filterset_class = filters.StudentFilter
    columns = columns.STUDENTS
    default_order = "name"
    main_filters = ("status", "cohort", "applied")
    create_label = "Take an application"
    empty_text = "Everybody who applied to the programme stands here."

    def rows(self):
        return super().rows().live().for_table()

    def enrich(self, records):
        columns.with_places(records)


class StudentCreate(RecordCreate):
    model = models.Student
    form_class = forms.ApplyForm
    saved_message = "{record} is an applicant now."

    def perform(self, form):
        given = form.cleaned_data
        return services.apply(given["member"], by=self.request.user, on=given["applied_on"], notes=given["notes"])


class StudentUpdate(RecordUpdate):
    model = models.Student
    form_class = forms.StudentUpdateForm


class CohortList(RecordList):
    model = models.Cohort
    title = "Cohorts"
    filterset_class = filters.CohortFilter
    columns = columns.COHORTS
    default_order = "-start"
    main_filters = ("status", "instructor", "started")
    create_label = "Add a cohort"
    empty_text = "Each class that starts and ends together stands here."

    def rows(self):
        return super().rows().for_table()

    def enrich(self, records):
        columns.with_seats(records)


class CohortCreate(RecordCreate):
    model = models.Cohort
    form_class = forms.CohortForm
    save = staticmethod(services.save_cohort)


class CohortUpdate(RecordUpdate):
    model = models.Cohort
    form_class = forms.CohortUpdateForm
    save = staticmethod(services.save_cohort)


class ClassList(RecordList):
    model = models.ClassSession
    title = "Classes"
    filterset_class = filters.ClassFilter
    columns = columns.CLASSES
    default_order = "-day"
    search_field = ""
    main_filters = ("cohort", "day", "taken")
    create_label = "Add a class"
    empty_text = "Each meeting of a cohort stands here. Plan them from the cohort's page."

    def rows(self):
        return super().rows().for_table()


class ClassCreate(RecordCreate):
    model = models.ClassSession
    form_class = forms.ClassForm
    save = staticmethod(services.save_class)


class ClassUpdate(RecordUpdate):
    model = models.ClassSession
    form_class = forms.ClassUpdateForm
    save = staticmethod(services.save_class)


class LocationList(RecordList):
    model = models.Location
    title = "Locations"
    filterset_class = filters.LocationFilter
    columns = columns.LOCATIONS
    default_order = "name"
    main_filters = ("location_type", "active")
    create_label = "Add a location"
    empty_text = "The places where classes are held stand here."


class LocationCreate(RecordCreate):
    model = models.Location
    form_class = forms.LocationForm


class LocationUpdate(RecordUpdate):
    model = models.Location
    form_class = forms.LocationUpdateForm


class CourseList(RecordList):
    model = models.Course
    title = "Courses"
    filterset_class = filters.CourseFilter
    columns = columns.COURSES
    default_order = "code"
    main_filters = ("course_type", "active")
    create_label = "Add a course"
    empty_text = "What is taught stands here."


class CourseCreate(RecordCreate):
    model = models.Course
    form_class = forms.CourseForm


class CourseUpdate(RecordUpdate):
    model = models.Course
    form_class = forms.CourseUpdateForm


class InstructorList(RecordList):
    model = models.Instructor
    title = "Instructors"
    filterset_class = filters.InstructorFilter
    columns = columns.INSTRUCTORS
    default_order = "name"
    main_filters = ("active",)
    create_label = "Add an instructor"
    empty_text = "Everybody who teaches stands here."


class InstructorCreate(RecordCreate):
    model = models.Instructor
    form_class = forms.InstructorForm


class InstructorUpdate(RecordUpdate):
    model = models.Instructor
    form_class = forms.InstructorUpdateForm


class GradeList(RecordList):
    model = models.Grade
    title = "Grades"
    filterset_class = filters.GradeFilter
    columns = columns.GRADES
    default_order = "-day"
    main_filters = ("grade_type", "graded")
    create_label = "Add a grade"
    empty_text = "Marks of students stand here."

    def rows(self):
        return super().rows().for_table()


class GradeCreate(RecordCreate):
    model = models.Grade
    form_class = forms.GradeForm
    save = staticmethod(services.save_grade)


class GradeUpdate(RecordUpdate):
    model = models.Grade
    form_class = forms.GradeUpdateForm
    save = staticmethod(services.save_grade)


class CertificationList(RecordList):
    model = models.Certification
    title = "Certificates"
    filterset_class = filters.CertificationFilter
    columns = columns.CERTIFICATIONS
    default_order = "-issued"
    main_filters = ("status", "certification_type", "expires")
    create_label = "Add a certificate"
    empty_text = "Cards and certificates of students stand here, with the day on which they expire."

    def rows(self):
        return super().rows().for_table()


class CertificationCreate(RecordCreate):
    model = models.Certification
    form_class = forms.CertificationForm
    save = staticmethod(services.save_certification)


class CertificationUpdate(RecordUpdate):
    model = models.Certification
    form_class = forms.CertificationUpdateForm
    save = staticmethod(services.save_certification)


class ToolList(RecordList):
    model = models.ToolIssued
    title = "Issued tools"
    filterset_class = filters.ToolFilter
    columns = columns.TOOLS
    default_order = "-issued"
    main_filters = ("out", "overdue", "issued")
    create_label = "Issue a tool"
    empty_text = "Tools that students took stand here until they come back."

    def rows(self):
        return super().rows().for_table()


class ToolCreate(RecordCreate):
    model = models.ToolIssued
    form_class = forms.ToolForm
    save = staticmethod(services.issue)


class ToolUpdate(RecordUpdate):
    model = models.ToolIssued
    form_class = forms.ToolUpdateForm
    save = staticmethod(services.issue)


class HoursList(RecordList):
    model = models.InstructorHours
    title = "Instructor hours"
    filterset_class = filters.HoursFilter
    columns = columns.HOURS
    default_order = "-day"
    main_filters = ("day",)
    create_label = "Add hours"
    empty_text = "What instructors worked stands here, with the rate of the day."

    def rows(self):
        return super().rows().for_table()


class HoursCreate(RecordCreate):
    model = models.InstructorHours
    form_class = forms.HoursForm
    save = staticmethod(services.log_hours)

    def get_initial(self):
        own = getattr(self.request.user, "instructor", None)
        return {"work_date": timezone.localdate(), **({"instructor": own.pk} if own else {}), **super().get_initial()}


class HoursUpdate(RecordUpdate):
    model = models.InstructorHours
    form_class = forms.HoursUpdateForm
    save = staticmethod(services.log_hours)


class JatcList(RecordList):
    model = models.JatcApplication
    title = "JATC applications"
    filterset_class = filters.JatcApplicationFilter
    columns = columns.JATC
    default_order = "-submitted"
    main_filters = ("status", "submitted")
    create_label = "Add an application"
    empty_text = "Applications to a joint apprenticeship committee stand here."

    def rows(self):
        return super().rows().for_table()


class JatcCreate(RecordCreate):
    model = models.JatcApplication
    form_class = forms.JatcApplicationForm


class JatcUpdate(RecordUpdate):
    model = models.JatcApplication
    form_class = forms.JatcApplicationUpdateForm


class PlacementList(RecordList):
    model = models.Placement
    title = "Placements"
    filterset_class = filters.PlacementFilter
    columns = columns.PLACEMENTS
    default_order = "-start"
    main_filters = ("kind", "started")
    create_label = "Add a placement"
    empty_text = "Where students went after the class stands here."

    def rows(self):
        return super().rows().for_table()


class PlacementCreate(RecordCreate):
    model = models.Placement
    form_class = forms.PlacementForm
    save = staticmethod(services.place)


class PlacementUpdate(RecordUpdate):
    model = models.Placement
    form_class = forms.PlacementUpdateForm
    save = staticmethod(services.place)


class GrantList(RecordList):
    model = models.Grant
    title = "Grants"
    filterset_class = filters.GrantFilter
    columns = columns.GRANTS
    default_order = "-start"
    main_filters = ("runs",)
    create_label = "Add a grant"
    empty_text = "Money for cohorts stands here, with what its funder expects."

    def rows(self):
        return super().rows().with_spent()


class WithCohorts:
    """The cohorts of a grant stand in a table of their own."""

    def perform(self, form):
        record = super().perform(form)
        form.instance = record
        form.save_m2m()
        return record


class GrantCreate(WithCohorts, RecordCreate):
    model = models.Grant
    form_class = forms.GrantForm


class GrantUpdate(WithCohorts, RecordUpdate):
    model = models.Grant
    form_class = forms.GrantUpdateForm


class ExpenseList(RecordList):
    model = models.Expense
    title = "Expenses"
    filterset_class = filters.ExpenseFilter
    columns = columns.EXPENSES
    default_order = "-day"
    main_filters = ("payment_method", "over", "day")
    create_label = "Add an expense"
    empty_text = "What was spent of grants stands here, each with its receipt."

    def rows(self):
        return super().rows().live().for_table()


class ExpenseCreate(RecordCreate):
    model = models.Expense
    form_class = forms.ExpenseForm
    save = staticmethod(services.spend)


class ExpenseUpdate(RecordUpdate):
    model = models.Expense
    form_class = forms.ExpenseUpdateForm
    save = staticmethod(services.spend)


class ReportList(RecordList):
    model = models.FunderReport
    title = "Funder reports"
    filterset_class = filters.ReportFilter
    columns = columns.REPORTS
    default_order = "-made"
    search_field = ""
    main_filters = ("last",)
    empty_text = "Reports that were frozen stand here. Make one on the page of its grant."

    def rows(self):
        return super().rows().for_table()


def history_of(of):
    """The history page of a model."""
    return type(f"{of.__name__}History", (RecordHistory,), {"model": of})
