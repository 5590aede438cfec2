from ip2a.search import searchable
from organizing.models import Campaign, Worker


@searchable(Campaign, title="Campaigns", order=80)
def campaign(record):
    return record.name, f"{record.get_status_display()} since {record.opened_on:%-d %b %Y}"


@searchable(Worker, title="Workers in campaigns", order=82, rows=lambda rows: rows.select_related("campaign"))
def worker(record):
    return str(record), ", ".join(part for part in (record.crew or record.job_title, str(record.campaign)) if part)
