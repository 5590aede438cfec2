"""What the resilience report watches of training: the lists people open all day, and impossible numbers of records."""

from maintenance.resilience.watching import hot_query, outliers
from maintenance.thresholds import declare
from training.models import Attendance, Certification, ClassSession, Enrollment, Student

OUTLIER_PLACES = declare(
    "training.outlier-places", 10, unit="places", about="Students with more places in cohorts are counted as unlikely."
)
OUTLIER_CERTIFICATIONS = declare(
    "training.outlier-certifications",
    50,
    unit="certificates",
    about="Students with more certificates are counted as unlikely.",
)
OUTLIER_MARKS = declare(
    "training.outlier-marks", 200, unit="marks", about="Classes with more marks of attendance are counted as unlikely."
)
PAGE = 50

outliers(
    Enrollment,
    by="student",
    limit=OUTLIER_PLACES,
    sentence="{count} students have more than {limit} places in cohorts.",
)
outliers(
    Certification,
    by="student",
    limit=OUTLIER_CERTIFICATIONS,
    sentence="{count} students have more than {limit} certificates.",
)
outliers(
    Attendance,
    by="session",
    limit=OUTLIER_MARKS,
    sentence="{count} classes have more than {limit} marks of attendance.",
)


@hot_query("training.student-list", "First page of students")
def student_list():
    return Student.objects.live().for_table().order_by("sort_key", "pk")[:PAGE]


@hot_query("training.class-list", "Newest classes")
def class_list():
    return ClassSession.objects.for_table().order_by("-session_date", "-starts_at", "-pk")[:PAGE]


@hot_query("training.certification-list", "Newest certificates")
def certification_list():
    return Certification.objects.for_table().order_by("-issued_date", "-pk")[:PAGE]
