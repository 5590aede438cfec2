"""Long work of the tests' own: slow, refused, broken, with a trace that shows how often it was done."""

import os
import time
from pathlib import Path

from ip2a import jobs
from ip2a.answers import Refused
from ip2a.tests.vault.models import Secret


@jobs.job("vault.pack", label="Packing secrets", most_attempts=3)
def pack(job, progress):
    """Writes one secret at the start and says which process it is; ``pause`` seconds a step."""
    started = job.data.get("tell")
    if started:
        with Path(started).open("a") as told:
            told.write(f"{os.getpid()}\n")
    Secret.objects.create(name=f"Packed at attempt {job.attempts}", member=job.subject)
    steps = job.data.get("steps", 3)
    for number in range(1, steps + 1):
        time.sleep(job.data.get("pause", 0))
        progress(number, steps, f"Packing {number}")
    return jobs.Result(text=f"{steps} packed.", url="/members/", label="Look", data={"steps": steps})


@jobs.job("vault.refuse", label="Refusing")
def refuse(job, progress):
    Secret.objects.create(name="Must not stay", member=job.subject)
    raise Refused("There is no paper to pack. Add one first.")


@jobs.job("vault.break", label="Breaking")
def fail(job, progress):
    Secret.objects.create(name="Must not stay", member=job.subject)
    raise ZeroDivisionError("on purpose")


@jobs.job("vault.break-halfway", label="Breaking halfway", atomic=False)
def fail_halfway(job, progress):
    Secret.objects.create(name="Stays", member=job.subject)
    raise ZeroDivisionError("on purpose")


@jobs.job("vault.steps", label="Walking", atomic=False)
def walk(job, progress):
    """Commits as it goes; the second time it finds its own trace."""
    Secret.objects.get_or_create(name="Kept", member_id=job.data["whose"])
    if job.data.get("refuse"):
        raise Refused(job.data["refuse"])
