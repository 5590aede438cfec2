"""What a repair may do in the programme by itself."""

from maintenance import mending
from training.models import Student

mending.keep(Student)  # a person in the programme is never taken out of sight for want of a reference
