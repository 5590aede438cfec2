from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class MaintenanceConfig(AppConfig):
    name = "maintenance"
    verbose_name = "Maintenance"

    def ready(self):
        from maintenance import (  # noqa: F401 - models must be loaded first; both declare numbers
            logbook,
            notifying,  # likewise; it carries messages to the log
            promises,  # likewise
            schedule,  # likewise
            thresholds,
        )
        from maintenance.derived import derive  # likewise
        from maintenance.mending import equip  # likewise

        derive()
        equip()
        post_migrate.connect(thresholds.sync, sender=self, dispatch_uid="thresholds")
        post_migrate.connect(notifying.set_up, sender=self, dispatch_uid="channels")
        # Those who set up triggers and policies listen for their own app; the last app's turn comes after all of them.
        last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
        post_migrate.connect(promises.sync, sender=last, dispatch_uid="promises")
