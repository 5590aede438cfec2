"""The scripts that measure, in the order in which they are run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """``seconds``: its time on two quiet cores. ``has_quick``: it takes ``--quick``, to look shorter."""

    name: str
    area: str
    seconds: int
    has_quick: bool = False

    def command(self, *, quick: bool = False) -> list[str]:
        return [f"benchmarks/{self.name}.py", *(["--quick"] if quick and self.has_quick else [])]


SCRIPTS = (
    Script("import_legacy", "Import", 120),
    Script("pages", "Pages", 150),
    Script("audit_cost", "Audit trail", 120),
    Script("audit_pages", "Audit trail", 90),
    Script("clock", "Grievances", 15),
    Script("grievance_pages", "Grievances", 180),
    Script("packet", "Grievances", 60),
    Script("benevolence_decisions", "Benevolence", 60),
    Script("benevolence_pages", "Benevolence", 90),
    Script("organizing_pages", "Organizing", 30),
    Script("organizing_probe", "Organizing", 60),
    Script("training_pages", "Training", 90),
    Script("integrity_run", "Maintenance", 90),
    Script("healing", "Maintenance", 90),
    Script("stress_seed", "Volume", 100),
    Script("replica", "Volume", 180, has_quick=True),
    Script("load_faults", "Volume", 240),
    Script("load", "Volume", 420, has_quick=True),
    Script("scaling_pages", "Volume", 600, has_quick=True),
)
