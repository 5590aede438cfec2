from django.apps import AppConfig


class VaultConfig(AppConfig):
    """An app that exists only in tests: a room inside a compartment, to prove that nothing leaks out of one."""

    name = "ip2a.tests.vault"
    label = "vault"
