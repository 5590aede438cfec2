from ip2a import post
from ip2a.panels import Panel, panel
from ip2a.tests.vault.models import Secret

post.show_on("vault.secret")


@panel("members.member", order=90)
def secrets(request, member):
    rows = list(Secret.objects.visible_to(request.user).filter(member=member))
    if not rows:
        return None
    empty = {"text": ", ".join(row.name for row in rows)}
    return Panel("Secrets", "ip2a/_empty.html", {"empty": empty, "small": True}, count=len(rows))
