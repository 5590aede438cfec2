"""Long work with progress: what takes longer than a page may, done by a worker, once, whatever dies meanwhile.

A room registers a kind in its ``jobs.py`` (found when the app starts)::

    @jobs.job("grievances.packet", label="Building the case file", most_attempts=3)
    def build(job, progress):
        papers = ...job.subject..., job.data, job.started_by
        for number, paper in enumerate(papers, 1):
            progress(number, len(papers), f"Packing {paper}")
        return jobs.Result(text="12 documents.", url=attachment.get_download_url(), label="Download it")

and starts it from a service, after asking its rule: ``job = jobs.start("grievances.packet", grievance, by=user)``.
Its page shows ``{% include "ip2a/jobs/_job.html" with job=job %}`` with ``job`` from
``jobs.latest("grievances.packet", grievance, user)``; the part renews itself while the job runs, and the job has a page
of its own (``job.get_absolute_url()``).

What holds:

- one unfinished job for each kind and record: a second start answers with the one that runs (its ``is_new`` is False);
- the work is one transaction with its result (``atomic=False`` for work that commits as it goes): a killed worker
  leaves nothing behind, and the work begins again, up to ``most_attempts`` times; of two deliveries one does it;
- ``answers.Refused`` raised by the work fails the job with that sentence; any other exception is logged, and the page
  says that something went wrong;
- who may see the record may see the job, nobody else; changes are written down under the name of who started it;
- while the queue does not answer, the job waits, and ``tasks.tend`` (every half minute) starts it later.

The work must not change its own job's row. Files that it stores before it is killed are not taken back by the database:
name them so that the second attempt meets its own, or leave them to the check for files that no record names.
"""

from ip2a.jobs.channel import Progress
from ip2a.jobs.registry import Result, job
from ip2a.jobs.starting import latest, start

__all__ = ["Progress", "Result", "job", "latest", "start"]
