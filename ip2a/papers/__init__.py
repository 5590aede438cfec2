"""Letters and forms that are drafted from templates: never sent by themselves.

A room declares its kinds of papers in its module ``papers.py``, which is found when the app starts:

    from ip2a.papers import paper

    @paper(
        key="grievances.extension_letter",
        model="grievances.grievance",            # any Record: a case, or one information request of a case
        title="Extension letter",
        category="correspondence",               # of the document it is kept as
        fields={"grievance_number": "The case's number", "answer_due": "The day the employer's answer is due"},
        body='''
        {today}

        Re: {grievance_number}

        A long line of the letter that is folded in the code ends in a backslash \\
        and goes on here. Any other line break is one in the letter, too.
        ''',
        may=rules.may_ask_for_extension,         # (user, record) -> Answer; may_change when left out
        kept_with=lambda case: case.file,        # whose documents it is kept among; the record's own when left out
    )
    def extension_letter(record, user) -> dict[str, str]:
        return {"grievance_number": record.grievance_number, "answer_due": written_day(record.answer_due)}

What ``fill`` leaves empty stands in the draft as a visible gap, ``[answer due?]``. ``{today}``, ``{local_name}`` and
``{your_name}`` are filled by the house. The wording is a row that administrators edit (``PaperTemplate``); the ``body``
here is what is shipped. Marks in it: an empty line parts paragraphs, ``# `` a heading, ``- `` a list, ``**bold**``,
``[ ]`` a box to tick, ``____`` a line to fill in by pen (longer marks, longer lines).

``offered(record, user)`` gives (title, url) of the papers this person may draft for a record; the panel "Papers" shows
the same with the drafts that are open:

    panel("grievances.grievance", order=65)(papers_panel)
"""

from ip2a.papers import merging  # noqa: F401 - registers itself
from ip2a.papers.offering import offered, papers_panel
from ip2a.papers.registry import Paper, paper
from ip2a.papers.wording import written_day

__all__ = ["Paper", "offered", "paper", "papers_panel", "written_day"]
