"""What instructors and the training desk do all day."""

import re

from maintenance.load.registry import journey, landmark
from maintenance.load.visiting import Astray, Visitor

STUDENT, CLASS = "training.student", "training.class"
MARKS = ("present", "late", "absent")
MARK = re.compile(r'name="(mark-\d+)" value="(\w*)"([^>]*)')

landmark(STUDENT, on="training:student_list", page="training:student_detail", role="staff")
landmark(CLASS, on="training:classsession_list", page="training:classsession_detail", role="instructor")


@journey("training.students", kind="read", roles=["staff"], weight=2)
def look_up_a_student(visitor: Visitor) -> None:
    """By name, then the student's page."""
    student = visitor.some(STUDENT)
    word = student.label.split(",")[0]
    visitor.type_ahead(word, lambda text: visitor.part("training:student_list", q=text))
    visitor.open("training:student_detail", student.key, shows=student.label)


@journey("training.cohorts", kind="read", roles=["staff", "instructor"], weight=2)
def look_at_a_cohort(visitor: Visitor) -> None:
    page = visitor.open("training:cohort_list")
    cohorts = page.links("training:cohort_detail")
    if cohorts:
        visitor.open("training:cohort_detail", visitor.chance.choice(cohorts))


@journey("training.classes", kind="read", roles=["instructor"], weight=3)
def look_at_a_class(visitor: Visitor) -> None:
    visitor.open("training:classsession_list")
    visitor.open("training:classsession_detail", visitor.some(CLASS).key)


@journey("training.attendance", kind="write", roles=["instructor"], weight=3)
def take_attendance(visitor: Visitor) -> None:
    """Open the grid of a class that took place, mark one student, save."""
    page = visitor.open("training:classsession_list", taken="yes")
    classes = page.links("training:classsession_attendance") or page.links("training:classsession_detail")
    if not classes:
        raise Astray("there is no class")
    grid = visitor.open("training:classsession_attendance", visitor.chance.choice(classes))
    other = [(name, value) for name, value, more in MARK.findall(grid.main) if value in MARKS and "checked" not in more]
    if not other:
        raise Astray("nobody is in the class")
    name, value = visitor.chance.choice(other)
    visitor.save(grid, lands="training:classsession_attendance", **{name: value})


@journey("training.correct", kind="write", roles=["staff"], weight=1)
def correct_a_student(visitor: Visitor) -> None:
    student = visitor.some(STUDENT)
    page = visitor.open("training:student_update", student.key)
    visitor.save(page, lands="training:student_detail", notes=visitor.mark, reason=visitor.mark)
