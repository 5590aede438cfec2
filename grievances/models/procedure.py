"""The procedure of a version as rows: its steps, and the limits that bind one side or the other."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from grievances import terms
from grievances.models.agreement import AgreementVersion
from ip2a.models import Record
from ip2a.models.fields import among, filled


class StepKey(models.TextChoices):
    STEP_1 = "step_1", "Step 1"
    STEP_2 = "step_2", "Step 2"
    STEP_3 = "step_3", "Step 3"
    ARBITRATION = "arbitration", "Arbitration"


class ProcedureStep(Record):
    """One step of a version's procedure."""

    agreement_version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(4)])
    key = models.CharField("counts as", max_length=20, choices=StepKey)
    name = models.CharField(max_length=100)
    who = models.CharField("who meets", max_length=200, blank=True)

    takes_documents = False

    class Meta:
        verbose_name = "step of a procedure"
        verbose_name_plural = "steps of a procedure"
        ordering = ["agreement_version", "number"]
        constraints = [
            models.UniqueConstraint(
                name="procedure_step_numbered_once",
                fields=["agreement_version", "number"],
                violation_error_message="Two steps have this number.",
            ),
            models.UniqueConstraint(
                name="procedure_step_key_once",
                fields=["agreement_version", "key"],
                violation_error_message="Two steps count as the same.",
            ),
            models.CheckConstraint(name="procedure_step_key_known", condition=among("key", StepKey)),
            models.CheckConstraint(name="procedure_step_1_to_4", condition=Q(number__gte=1, number__lte=4)),
            models.CheckConstraint(
                name="procedure_step_named", condition=filled("name"), violation_error_message="A step needs a name."
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.name}"


class LimitSide(models.TextChoices):
    UNION = terms.Side.UNION.value, "The union"
    EMPLOYER = terms.Side.EMPLOYER.value, "The employer"
    BOTH = terms.Side.BOTH.value, "Both together"


class LimitAct(models.TextChoices):
    FILE = terms.Act.FILE.value, "File the grievance"
    SERVE = terms.Act.SERVE.value, "Serve it on the employer"
    MEET = terms.Act.MEET.value, "Hold the step meeting"
    ANSWER = terms.Act.ANSWER.value, "Answer"
    ADVANCE = terms.Act.ADVANCE.value, "Appeal to this step"
    REFER = terms.Act.REFER.value, "Refer to arbitration or a council"
    DECIDE = terms.Act.DECIDE.value, "Award or rule"


class LimitTrigger(models.TextChoices):
    INCIDENT = terms.Trigger.INCIDENT.value, "The day it happened"
    KNOWLEDGE = terms.Trigger.KNOWLEDGE.value, "The day the grievant learned of it"
    FILING = terms.Trigger.FILING.value, "The filing"
    SERVICE = terms.Trigger.SERVICE.value, "The employer received it"
    MEETING = terms.Trigger.MEETING.value, "The step meeting"
    ANSWER = terms.Trigger.ANSWER.value, "The answer was received"
    DENIAL = terms.Trigger.DENIAL.value, "The step ended without agreement"
    REFERRAL = terms.Trigger.REFERRAL.value, "The referral"


class LimitUnit(models.TextChoices):
    WORKING_DAYS = terms.Unit.WORKING_DAYS.value, "Working days"
    CALENDAR_DAYS = terms.Unit.CALENDAR_DAYS.value, "Calendar days"
    HOURS = terms.Unit.HOURS.value, "Hours"
    SITTING = terms.Unit.SITTING.value, "The first sitting at least so many calendar days later"


class LimitRoll(models.TextChoices):
    STAY = terms.Roll.STAY.value, "It stays"
    NEXT = terms.Roll.NEXT.value, "The next working day"
    PREVIOUS = terms.Roll.PREVIOUS.value, "The working day before"


class LimitConsequence(models.TextChoices):
    NOTHING = terms.Consequence.NOTHING.value, "Nothing"
    FORFEIT = terms.Consequence.FORFEIT.value, "The case is lost"
    ADVANCE = terms.Consequence.ADVANCE.value, "The case may go on to the next step"
    GRANTED = terms.Consequence.GRANTED.value, "The grievance counts as granted"


class ProcedureLimit(Record):
    """One line of the contract: who must do what, how long after what, and what it costs to be late."""

    agreement_version = models.ForeignKey(AgreementVersion, models.CASCADE, related_name="limits", db_index=False)
    position = models.PositiveSmallIntegerField("order", default=0)
    key = models.CharField(
        max_length=60,
        validators=[RegexValidator(r"^[a-z0-9_-]+\Z", "Use small letters, digits, - and _ only.")],
        help_text="A short word that stays the same from version to version, such as step-2-answer.",
    )
    step_number = models.PositiveSmallIntegerField("step", validators=[MinValueValidator(1), MaxValueValidator(4)])
    label = models.CharField("what is due", max_length=200)
    side = models.CharField("whom it binds", max_length=20, choices=LimitSide)
    act = models.CharField("what meets it", max_length=20, choices=LimitAct)
    trigger = models.CharField("what starts it", max_length=20, choices=LimitTrigger)
    trigger_step = models.PositiveSmallIntegerField("of step", default=0, help_text="0: its own step.")
    amount = models.IntegerField(validators=[MinValueValidator(0)])
    unit = models.CharField(max_length=20, choices=LimitUnit, default=LimitUnit.WORKING_DAYS)
    counts_day_zero = models.BooleanField("the first day counts", default=False)
    roll_weekend = models.CharField("last day on a weekend", max_length=20, choices=LimitRoll, default=LimitRoll.NEXT)
    roll_holiday = models.CharField("last day on a holiday", max_length=20, choices=LimitRoll, default=LimitRoll.NEXT)
    consequence = models.CharField(
        "when missed", max_length=20, choices=LimitConsequence, default=LimitConsequence.NOTHING
    )
    runs_from_default = models.BooleanField(
        "runs without an answer", default=False, help_text="From the day the answer was due, when none came."
    )
    late_answer_restarts = models.BooleanField(
        "a late answer starts it again", default=False, help_text="Only while it still runs."
    )
    may_skip = models.BooleanField("may be skipped", default=False)
    article = models.CharField(max_length=100, blank=True, help_text="Such as: Art. 5 §2.")

    takes_documents = False

    class Meta:
        verbose_name = "limit of a procedure"
        verbose_name_plural = "limits of a procedure"
        ordering = ["agreement_version", "step_number", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="procedure_limit_key_once",
                fields=["agreement_version", "key"],
                violation_error_message="Two limits have this key.",
            ),
            models.CheckConstraint(
                name="procedure_limit_named",
                condition=filled("key", "label"),
                violation_error_message="A limit needs a key and what is due.",
            ),
            models.CheckConstraint(
                name="procedure_limit_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message="A limit cannot be negative.",
            ),
            models.CheckConstraint(
                name="procedure_limit_step_1_to_4", condition=Q(step_number__gte=1, step_number__lte=4)
            ),
            models.CheckConstraint(name="procedure_limit_side_known", condition=among("side", LimitSide)),
            models.CheckConstraint(name="procedure_limit_act_known", condition=among("act", LimitAct)),
            models.CheckConstraint(name="procedure_limit_trigger_known", condition=among("trigger", LimitTrigger)),
            models.CheckConstraint(name="procedure_limit_unit_known", condition=among("unit", LimitUnit)),
            models.CheckConstraint(
                name="procedure_limit_roll_known",
                condition=among("roll_weekend", LimitRoll) & among("roll_holiday", LimitRoll),
            ),
            models.CheckConstraint(
                name="procedure_limit_consequence_known", condition=among("consequence", LimitConsequence)
            ),
        ]

    def __str__(self):
        return self.label
