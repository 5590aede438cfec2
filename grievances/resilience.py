"""What the resilience report watches of grievances."""

from grievances.models import Grievance
from maintenance.resilience.watching import hot_query

PAGE = 50


@hot_query("grievances.grievance-list", "First page of grievances")
def grievance_list():
    return Grievance.objects.for_table().order_by("-filed_date", "-pk")[:PAGE]
