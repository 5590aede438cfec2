"""Agreements, versions of their procedures, and the days that are off."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import grievances.models.agreement

# Whoever asks, a procedure stays as it was once cases may run under it.
FROZEN = """
CREATE FUNCTION grievances_frozen_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      RAISE EXCEPTION 'A version that was in force can be withdrawn, but never deleted.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND (
    NEW.state = 'draft'
    OR (OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn')
    OR (NEW.agreement_id, NEW.number, NEW.effective_from, NEW.policy_starts_at, NEW.group_starts_at,
        NEW.sitting_months, NEW.sitting_weekday)
       IS DISTINCT FROM
       (OLD.agreement_id, OLD.number, OLD.effective_from, OLD.policy_starts_at, OLD.group_starts_at,
        OLD.sitting_months, OLD.sitting_weekday)
  ) THEN
    RAISE EXCEPTION 'A version that was in force can no longer be changed: make a new version.'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION grievances_frozen_procedure() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner bigint;
  owners bigint[];
  stands text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    owners := ARRAY[NEW.agreement_version_id];
  ELSIF TG_OP = 'DELETE' THEN
    owners := ARRAY[OLD.agreement_version_id];
  ELSE
    owners := ARRAY[OLD.agreement_version_id, NEW.agreement_version_id];
  END IF;
  FOREACH owner IN ARRAY owners LOOP
    SELECT state INTO stands FROM grievances_agreementversion WHERE id = owner FOR SHARE;
    IF stands <> 'draft' THEN
      RAISE EXCEPTION 'The procedure of a version that was in force can no longer be changed: make a new version.'
        USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN COALESCE(NEW, OLD);
END $$;

-- What is known of an agreement's days off is remembered by its version, so it must move with its holidays.
CREATE FUNCTION grievances_holidays_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE grievances_agreement SET updated_at = clock_timestamp()
    WHERE id IN (SELECT DISTINCT agreement_id FROM touched);
  RETURN NULL;
END $$;
CREATE TRIGGER grievances_holidays_added AFTER INSERT ON grievances_contractholiday
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION grievances_holidays_moved();
CREATE TRIGGER grievances_holidays_changed AFTER UPDATE ON grievances_contractholiday
  REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION grievances_holidays_moved();

CREATE TRIGGER grievances_frozen BEFORE UPDATE OR DELETE ON grievances_agreementversion
  FOR EACH ROW EXECUTE FUNCTION grievances_frozen_version();
CREATE TRIGGER grievances_frozen BEFORE INSERT OR UPDATE OR DELETE ON grievances_procedurestep
  FOR EACH ROW EXECUTE FUNCTION grievances_frozen_procedure();
CREATE TRIGGER grievances_frozen BEFORE INSERT OR UPDATE OR DELETE ON grievances_procedurelimit
  FOR EACH ROW EXECUTE FUNCTION grievances_frozen_procedure();
"""
MELTED = """
DROP FUNCTION grievances_frozen_version() CASCADE;
DROP FUNCTION grievances_frozen_procedure() CASCADE;
DROP FUNCTION grievances_holidays_moved() CASCADE;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0003_members_by_standing"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                ("name", models.CharField(max_length=200)),
                ("text", models.TextField(blank=True, help_text="What representatives should know about it.")),
                (
                    "calendar",
                    models.CharField(
                        choices=[
                            ("none", "None: only the agreement's own days"),
                            ("federal", "Federal holidays"),
                            ("state", "Federal holidays and those of the state"),
                        ],
                        default="federal",
                        max_length=20,
                        verbose_name="public holidays",
                    ),
                ),
                ("state", models.CharField(blank=True, help_text="Whose holidays count, such as IL.", max_length=2)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=grievances.models.agreement.public_holidays,
                        size=None,
                        verbose_name="kinds of public holidays",
                    ),
                ),
                (
                    "moves_holidays",
                    models.BooleanField(
                        default=True,
                        help_text="A holiday on a Saturday is observed on the Friday before, one on a Sunday on the Monday after.",
                        verbose_name="holidays move off the weekend",
                    ),
                ),
                (
                    "weekend",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=grievances.models.agreement.saturday_and_sunday,
                        size=None,
                    ),
                ),
                ("zone", models.CharField(default="America/Chicago", max_length=60, verbose_name="time zone")),
                (
                    "is_active",
                    models.BooleanField(default=True, help_text="Offered for new cases.", verbose_name="active"),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="agreement_named",
                        violation_error_message="An agreement needs a name.",
                    ),
                    models.UniqueConstraint(
                        fields=("name",),
                        name="agreement_name_unique",
                        violation_error_message="Another agreement already has this name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("calendar__in", ["none", "federal", "state"])),
                        name="agreement_calendar_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("calendar", "state"), _negated=True),
                            models.Q(("state", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="agreement_state_for_its_holidays",
                        violation_error_message="Say whose holidays count, such as IL.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekend__contained_by", [0, 1, 2, 3, 4, 5, 6]), ("weekend__len__lte", 6)),
                        name="agreement_weekend_is_days",
                        violation_error_message="At least one day of the week must be a working day.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementEmployer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                ("starts_on", models.DateField(verbose_name="bound from")),
                (
                    "ends_on",
                    models.DateField(
                        blank=True, help_text="Leave empty while it lasts.", null=True, verbose_name="bound to"
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parties",
                        to="grievances.agreement",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreement_parties",
                        to="members.organization",
                        verbose_name="employer",
                    ),
                ),
            ],
            options={
                "verbose_name": "employer under the agreement",
                "verbose_name_plural": "employers under the agreement",
                "ordering": ["organization__sort_key", "starts_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                        name="agreement_employer_ends_after_start",
                        violation_error_message="It ends before it starts: check both dates.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("agreement", "="),
                            ("organization", "="),
                            (
                                grievances.models.agreement.DateRange(
                                    "starts_on",
                                    "ends_on",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_lower=True, inclusive_upper=True
                                    ),
                                ),
                                "&&",
                            ),
                        ],
                        name="agreement_employer_once",
                        violation_error_message="This employer is bound twice at the same time: check the dates.",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="employers",
            field=models.ManyToManyField(
                related_name="agreements", through="grievances.AgreementEmployer", to="members.organization"
            ),
        ),
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                ("number", models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("in_force", "In force"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        editable=False,
                        max_length=20,
                    ),
                ),
                ("effective_from", models.DateField()),
                (
                    "effective_to",
                    models.DateField(blank=True, help_text="Leave empty until the next version is known.", null=True),
                ),
                ("note", models.TextField(blank=True, help_text="What changed, and where it stands in the contract.")),
                (
                    "policy_starts_at",
                    models.PositiveSmallIntegerField(default=1, verbose_name="policy grievances start at step"),
                ),
                (
                    "group_starts_at",
                    models.PositiveSmallIntegerField(default=1, verbose_name="group grievances start at step"),
                ),
                (
                    "sitting_months",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Months in which a council sits.",
                        size=None,
                    ),
                ),
                (
                    "sitting_weekday",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="A sitting begins on the first such day of its month.",
                        validators=[django.core.validators.MaxValueValidator(6)],
                    ),
                ),
                ("withdrawn_reason", models.CharField(blank=True, editable=False, max_length=300)),
                (
                    "agreement",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="grievances.agreement",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of an agreement",
                "verbose_name_plural": "versions of agreements",
                "ordering": ["agreement", "-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement", "number"),
                        name="agreement_version_numbered_once",
                        violation_error_message="This agreement already has a version with that number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "in_force", "withdrawn"])),
                        name="agreement_version_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("effective_to", None), ("effective_to__gte", models.F("effective_from")), _connector="OR"
                        ),
                        name="agreement_version_ends_after_start",
                        violation_error_message="It ends before it starts: check both dates.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), models.Q(("withdrawn_reason", ""), _negated=True)),
                            models.Q(models.Q(("state", "withdrawn"), _negated=True), ("withdrawn_reason", "")),
                            _connector="OR",
                        ),
                        name="agreement_version_withdrawn_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sitting_months__contained_by", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
                            ("sitting_weekday__lte", 6),
                        ),
                        name="agreement_version_sits_in_months",
                        violation_error_message="Months are 1 to 12, days of the week 0 (Monday) to 6 (Sunday).",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "in_force")),
                        expressions=[
                            ("agreement", "="),
                            (
                                grievances.models.agreement.DateRange(
                                    "effective_from",
                                    "effective_to",
                                    django.contrib.postgres.fields.ranges.RangeBoundary(
                                        inclusive_lower=True, inclusive_upper=True
                                    ),
                                ),
                                "&&",
                            ),
                        ],
                        name="agreement_version_in_force_once",
                        violation_error_message="Another version is in force at that time: check the dates.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractHoliday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                ("name", models.CharField(max_length=100)),
                (
                    "effect",
                    models.CharField(
                        choices=[("off", "A day off"), ("worked", "Worked: no day off")],
                        default="off",
                        max_length=20,
                        verbose_name="counts as",
                    ),
                ),
                (
                    "recurs",
                    models.CharField(
                        choices=[
                            ("once", "Once, on this day"),
                            ("yearly", "Every year on this day"),
                            ("beside", "Every year, beside a public holiday"),
                        ],
                        default="once",
                        max_length=20,
                        verbose_name="how often",
                    ),
                ),
                (
                    "on",
                    models.DateField(
                        blank=True, help_text="For every year, the first of them.", null=True, verbose_name="day"
                    ),
                ),
                (
                    "beside",
                    models.CharField(
                        blank=True,
                        help_text="Its name, such as Thanksgiving Day.",
                        max_length=100,
                        verbose_name="public holiday",
                    ),
                ),
                (
                    "offset",
                    models.SmallIntegerField(
                        default=0, help_text="1: the day after; -1: the day before.", verbose_name="days after it"
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="how many days",
                    ),
                ),
                ("moves", models.BooleanField(default=False, verbose_name="moves off the weekend")),
                ("removed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("removed_reason", models.CharField(blank=True, editable=False, max_length=300)),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holidays", to="grievances.agreement"
                    ),
                ),
            ],
            options={
                "verbose_name": "contract holiday",
                "ordering": ["on", "name", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="contract_holiday_named",
                        violation_error_message="A holiday needs a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effect__in", ["off", "worked"])), name="contract_holiday_effect_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recurs__in", ["once", "yearly", "beside"])),
                        name="contract_holiday_recurs_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("recurs", "beside"), models.Q(("beside", ""), _negated=True)),
                            models.Q(
                                models.Q(("recurs", "beside"), _negated=True), ("beside", ""), ("on__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="contract_holiday_has_its_day",
                        violation_error_message="Give the day, or the public holiday it stands beside.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 1), ("days__lte", 60)),
                        name="contract_holiday_some_days",
                        violation_error_message="A holiday lasts from 1 to 60 days.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("removed_at", None), ("removed_reason", "")),
                            models.Q(("removed_at__isnull", False), models.Q(("removed_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="contract_holiday_removed_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcedureLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "key",
                    models.CharField(
                        help_text="A short word that stays the same from version to version, such as step-2-answer.",
                        max_length=60,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9_-]+\\Z", "Use small letters, digits, - and _ only."
                            )
                        ],
                    ),
                ),
                (
                    "step_number",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(4),
                        ],
                        verbose_name="step",
                    ),
                ),
                ("label", models.CharField(max_length=200, verbose_name="what is due")),
                (
                    "side",
                    models.CharField(
                        choices=[("union", "The union"), ("employer", "The employer"), ("both", "Both together")],
                        max_length=20,
                        verbose_name="whom it binds",
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("filed", "File the grievance"),
                            ("served", "Serve it on the employer"),
                            ("met", "Hold the step meeting"),
                            ("answered", "Answer"),
                            ("advanced", "Appeal to this step"),
                            ("referred", "Refer to arbitration or a council"),
                            ("decided", "Award or rule"),
                        ],
                        max_length=20,
                        verbose_name="what meets it",
                    ),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("incident", "The day it happened"),
                            ("knowledge", "The day the grievant learned of it"),
                            ("filing", "The filing"),
                            ("service", "The employer received it"),
                            ("meeting", "The step meeting"),
                            ("answer", "The answer was received"),
                            ("denial", "The step ended without agreement"),
                            ("referral", "The referral"),
                        ],
                        max_length=20,
                        verbose_name="what starts it",
                    ),
                ),
                (
                    "trigger_step",
                    models.PositiveSmallIntegerField(default=0, help_text="0: its own step.", verbose_name="of step"),
                ),
                ("amount", models.IntegerField(validators=[django.core.validators.MinValueValidator(0)])),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("working_days", "Working days"),
                            ("calendar_days", "Calendar days"),
                            ("hours", "Hours"),
                            ("sitting", "The first sitting at least so many calendar days later"),
                        ],
                        default="working_days",
                        max_length=20,
                    ),
                ),
                ("counts_day_zero", models.BooleanField(default=False, verbose_name="the first day counts")),
                (
                    "roll_weekend",
                    models.CharField(
                        choices=[
                            ("stay", "It stays"),
                            ("next", "The next working day"),
                            ("previous", "The working day before"),
                        ],
                        default="next",
                        max_length=20,
                        verbose_name="last day on a weekend",
                    ),
                ),
                (
                    "roll_holiday",
                    models.CharField(
                        choices=[
                            ("stay", "It stays"),
                            ("next", "The next working day"),
                            ("previous", "The working day before"),
                        ],
                        default="next",
                        max_length=20,
                        verbose_name="last day on a holiday",
                    ),
                ),
                (
                    "consequence",
                    models.CharField(
                        choices=[
                            ("nothing", "Nothing"),
                            ("forfeit", "The case is lost"),
                            ("advance", "The case may go on to the next step"),
                            ("granted", "The grievance counts as granted"),
                        ],
                        default="nothing",
                        max_length=20,
                        verbose_name="when missed",
                    ),
                ),
                (
                    "runs_from_default",
                    models.BooleanField(
                        default=False,
                        help_text="From the day the answer was due, when none came.",
                        verbose_name="runs without an answer",
                    ),
                ),
                (
                    "late_answer_restarts",
                    models.BooleanField(
                        default=False,
                        help_text="Only while it still runs.",
                        verbose_name="a late answer starts it again",
                    ),
                ),
                ("may_skip", models.BooleanField(default=False, verbose_name="may be skipped")),
                ("article", models.CharField(blank=True, help_text="Such as: Art. 5 §2.", max_length=100)),
                (
                    "agreement_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="limits",
                        to="grievances.agreementversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "limit of a procedure",
                "verbose_name_plural": "limits of a procedure",
                "ordering": ["agreement_version", "step_number", "position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement_version", "key"),
                        name="procedure_limit_key_once",
                        violation_error_message="Two limits have this key.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("key", ""), _negated=True), models.Q(("label", ""), _negated=True)
                        ),
                        name="procedure_limit_named",
                        violation_error_message="A limit needs a key and what is due.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)),
                        name="procedure_limit_not_negative",
                        violation_error_message="A limit cannot be negative.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("step_number__gte", 1), ("step_number__lte", 4)),
                        name="procedure_limit_step_1_to_4",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ["union", "employer", "both"])),
                        name="procedure_limit_side_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("act__in", ["filed", "served", "met", "answered", "advanced", "referred", "decided"])
                        ),
                        name="procedure_limit_act_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "trigger__in",
                                [
                                    "incident",
                                    "knowledge",
                                    "filing",
                                    "service",
                                    "meeting",
                                    "answer",
                                    "denial",
                                    "referral",
                                ],
                            )
                        ),
                        name="procedure_limit_trigger_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit__in", ["working_days", "calendar_days", "hours", "sitting"])),
                        name="procedure_limit_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("roll_weekend__in", ["stay", "next", "previous"]),
                            ("roll_holiday__in", ["stay", "next", "previous"]),
                        ),
                        name="procedure_limit_roll_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("consequence__in", ["nothing", "forfeit", "advance", "granted"])),
                        name="procedure_limit_consequence_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcedureStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                ("version", models.PositiveIntegerField(db_default=1, editable=False)),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(4),
                        ]
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        choices=[
                            ("step_1", "Step 1"),
                            ("step_2", "Step 2"),
                            ("step_3", "Step 3"),
                            ("arbitration", "Arbitration"),
                        ],
                        max_length=20,
                        verbose_name="counts as",
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("who", models.CharField(blank=True, max_length=200, verbose_name="who meets")),
                (
                    "agreement_version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="grievances.agreementversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a procedure",
                "verbose_name_plural": "steps of a procedure",
                "ordering": ["agreement_version", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agreement_version", "number"),
                        name="procedure_step_numbered_once",
                        violation_error_message="Two steps have this number.",
                    ),
                    models.UniqueConstraint(
                        fields=("agreement_version", "key"),
                        name="procedure_step_key_once",
                        violation_error_message="Two steps count as the same.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key__in", ["step_1", "step_2", "step_3", "arbitration"])),
                        name="procedure_step_key_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 4)), name="procedure_step_1_to_4"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="procedure_step_named",
                        violation_error_message="A step needs a name.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FROZEN, MELTED),
    ]
