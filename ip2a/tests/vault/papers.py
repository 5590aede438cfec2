from ip2a.panels import panel
from ip2a.papers import paper, papers_panel
from ip2a.tests.vault.models import Secret

panel("vault.secret", order=65)(papers_panel)


@paper(
    key="vault.letter",
    model="vault.secret",
    title="Secret letter",
    fields={"name": "The secret's name", "place": "Where to meet"},
    body="""
    # About {name}

    Meet us at {place}, \
    {your_name} of {local_name}.
    """,
)
def letter(record: Secret, user) -> dict[str, str | None]:
    return {"name": record.name, "place": None}
