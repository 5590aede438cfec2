"""Lists of students that people keep: each row names a member by number."""

from ip2a.imports.kinds import Kind, register
from members.imports import OF_MEMBER
from training.models import Student

register(
    Kind(
        key="students",
        label="Students",
        model=Student,
        fields=("student_number", "status", "applied_on", "status_on", "notes"),
        references=(OF_MEMBER,),
        match_by=("student_number",),
        adopts=True,
        can_arrive_removed=False,
        spellings={
            "student_number": ("student no", "student #", "student id"),
            "status": ("student status",),
            "applied_on": ("application date", "date applied", "applied"),
            "status_on": ("since", "status date"),
            "notes": ("note", "remarks", "comments"),
        },
        walled=dict.fromkeys(
            ("gender", "sex", "race", "ethnicity", "race and ethnicity", "veteran", "veteran status", "disability"),
            "demographics",
        ),
        about="Members in the programme. What a file says of race, gender, veterans or disability is kept apart.",
    )
)
