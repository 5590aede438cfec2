from ip2a.search import searchable
from ip2a.tests.vault.models import Secret


@searchable(Secret, title="Secrets", order=90)
def secret(record):
    return record.name, "Secret"
