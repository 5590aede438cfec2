"""What several verbs of the room do, and what its triggers refuse."""

from ip2a.verbs import in_words, locked, needs_reason, promise, store

PROMISES = {
    "enrollment_within_capacity": "The cohort is full: somebody took the last place just now. Choose another cohort.",
    "cohort_holds_its_students": "More students have a place than that. Take a higher number.",
    "cohort_holds_its_classes": "A class of this cohort lies outside of these days. Move or cancel it first.",
    "session_within_cohort": "The class lies outside of the days of its cohort. Choose a day within.",
    "session_stays_when_taken": "Attendance was taken, so the class keeps its cohort and its day.",
    "attendance_of_the_enrolled": "Attendance is taken of those who belong to the class on its day.",
    **dict.fromkeys(
        [f"{name}_moves" for name in ("student", "cohort", "enrollment", "certification", "jatcapplication")],
        "Somebody else changed its state just now. Look at it again.",
    ),
    "expense_within_grant": "The grant does not hold that much any more. Correct the amount, or say why more is spent.",
}
promise(PROMISES)

__all__ = ["in_words", "locked", "needs_reason", "store"]
