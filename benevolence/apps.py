from django.apps import AppConfig


class BenevolenceConfig(AppConfig):
    name = "benevolence"
    verbose_name = "Benevolence"
