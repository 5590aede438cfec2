from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class FoundationConfig(AppConfig):
    name = "ip2a"
    label = "ip2a"
    verbose_name = "Accounts and records"

    def ready(self):
        from ip2a import guards, roles  # models must be loaded first
        from ip2a.accounts import panels as accounts_panels  # noqa: F401 - likewise; they draw on other pages
        from ip2a.attachments import panel  # likewise
        from ip2a.papers import wordings  # likewise
        from ip2a.post import panels as post_panels  # noqa: F401 - likewise
        from ip2a.post import webhooks  # noqa: F401 - likewise; it carries messages

        post_migrate.connect(guards.install, sender=self, dispatch_uid="guards")
        post_migrate.connect(roles.sync, sender=self, dispatch_uid="roles")
        post_migrate.connect(wordings.sync, sender=self, dispatch_uid="papers")
        autodiscover_modules(
            *("panels", "search", "timeline", "integrity", "mends", "imports", "merging", "jobs", "feeds", "papers"),
            "resilience",
        )
        panel.install()
