"""How well the house would stand a bad day: measured, kept, compared with its own past, and told.

A report is made of parts (``parts.py``): each measures one thing, says in sentences what is over a threshold, and hands
over its numbers, which are kept as rows so that the next report knows what is usual and where it leads. A part that
cannot measure says so, and the others go on.

The rooms add what they know in their ``resilience.py``::

    from maintenance.resilience.watching import hot_query, outliers

    @hot_query("members.member_list", "First page of members")
    def member_list():
        return Member.objects.for_table()[:50]              # timed, read-only, several times

    outliers(MemberEmployment, by="member", limit=OUTLIER_JOBS, sentence="{count} members have more than {limit} jobs.")
"""
