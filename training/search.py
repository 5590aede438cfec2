from ip2a.search import searchable
from training.models import Cohort, Course, Grant, Instructor, Location, Student


@searchable(Student, title="Students", rows=lambda rows: rows.live(), order=70)
def student(record):
    return str(record), f"{record.get_status_display()} since {record.status_on:%-d %b %Y}"


@searchable(Cohort, title="Cohorts", order=72)
def cohort(record):
    return record.code, f"{record.get_status_display()}, {record.start_date:%-d %b %Y} to {record.end_date:%-d %b %Y}"


@searchable(Instructor, title="Instructors", order=74)
def instructor(record):
    return str(record), record.specialties or record.phone or "Instructor"


@searchable(Location, title="Locations", order=76)
def location(record):
    return record.name, ", ".join(part for part in (record.get_location_type_display(), record.city) if part)


@searchable(Course, title="Courses", order=78)
def course(record):
    return str(record), record.get_course_type_display()


@searchable(Grant, title="Grants", order=79)
def grant(record):
    return record.name, record.funder
