"""The same program that verifies a case file anywhere, run from here."""

import importlib.util
import sys
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand

from grievances.packet.building import VERIFIER


def program() -> ModuleType:
    """``bin/verify_packet.py``, which is no module of any package because it must run without one."""
    spec = importlib.util.spec_from_file_location("verify_packet", VERIFIER)
    if spec is None or spec.loader is None:
        raise ImportError(f"{VERIFIER} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Command(BaseCommand):
    help = "Verify a case file (a ZIP that was built here) without database or network."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="the ZIP archive")
        parser.add_argument("--digest", default="", help="the digest of the manifest, as its page shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(program().main([options["file"], "--digest", options["digest"]]))
