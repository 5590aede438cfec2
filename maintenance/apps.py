from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MaintenanceConfig(AppConfig):
    name = "maintenance"
    verbose_name = "Maintenance"

    def ready(self):
        from maintenance import logbook, thresholds  # noqa: F401 - models must be loaded first; both declare numbers
        from maintenance.derived import derive  # likewise

        derive()
        post_migrate.connect(thresholds.sync, sender=self, dispatch_uid="thresholds")
