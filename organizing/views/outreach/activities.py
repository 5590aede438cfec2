"""What was done at employers: written down in a minute, found again by anything it says."""

from django.utils import timezone

from ip2a.views.generic import RecordCreate, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory
from ip2a.words import format_day, format_moment, state_chip, tone_of
from members.views.acts import RecordRemove, RecordRestore
from members.views.details import RemovableDetail, linked
from organizing.columns import outreach as columns
from organizing.filters.outreach import ActivityFilter
from organizing.forms.outreach import ActivityForm, ActivityUpdateForm
from organizing.models import SaltingActivity
from organizing.services import outreach as services

GROUPS = [
    ("Where and who", ("organization", "member", "activity_date")),
    ("What", ("activity_type", "outcome", "workers_contacted", "cards_signed")),
    ("If you have a minute", ("location", "description", "notes")),
    ("", ("reason",)),
]


class ActivityList(RecordList):
    model = SaltingActivity
    title = "Activities"
    filterset_class = ActivityFilter
    columns = columns.ACTIVITIES
    default_order = "-day"
    search_field = "employer"
    main_filters = ("kind", "outcome", "day")
    create_label = "Write one down"
    empty_text = "Visits, talks, leaflets and meetings at employers stand here."

    def rows(self):
        return super().rows().live().for_table()


class ActivityCreate(RecordCreate):
    """Today, at the employer of last time, by whom it was last time: one screen, three taps."""

    model = SaltingActivity
    form_class = ActivityForm
    groups = GROUPS
    save = staticmethod(services.save_activity)
    saved_message = "Written down: {record}."

    def get_initial(self):
        last = services.last_entered(self.request.user)
        me = services.salt_of(self.request.user)
        remembered = {"organization": last.organization_id, "member": last.member_id} if last else {}
        usual = {"member": me.pk} if me and not last else {}
        return {"activity_date": timezone.localdate(), **usual, **remembered, **super().get_initial()}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"title": "Write an activity down", "submit_label": "Save"}

    def success_url_for(self, record):
        return self.url_of("create") if "again" in self.request.POST else super().success_url_for(record)


class ActivityUpdate(RecordUpdate):
    model = SaltingActivity
    form_class = ActivityUpdateForm
    groups = GROUPS
    save = staticmethod(services.save_activity)
    saved_message = "{record} was corrected."


class ActivityHistory(RecordHistory):
    model = SaltingActivity


class ActivityDetail(RemovableDetail):
    model = SaltingActivity

    def visible(self):
        return super().visible().select_related("member", "organization", "entered_by")

    def facts(self):
        r = self.record
        return [
            ("Employer", linked(r.organization)),
            ("Day", format_day(r.activity_date)),
            ("Outcome", state_chip(r.get_outcome_display(), tone_of(r.outcome))),
            ("Workers contacted", f"{r.workers_contacted:,}"),
            ("Cards signed", f"{r.cards_signed:,}"),
        ]

    def aside_facts(self):
        r = self.record
        shown = [
            ("Salt or organizer", linked(r.member)),
            ("Where", r.location),
            ("Description", r.description),
            ("Notes", r.notes),
            ("Entered by", r.entered_by.get_full_name() if r.entered_by else "An import"),
        ]
        if r.corrected_at:
            shown.append(("Corrected", f"{format_moment(r.corrected_at)}: {r.correction_reason}"))
        return [(label, value) for label, value in shown if value]

    def verbs(self):
        return self.removal()


class ActivityRemove(RecordRemove):
    model = SaltingActivity
    submit_label = "Remove this activity"
    question = "Remove an activity only if it never happened or stands here twice. Anything else is corrected."

    def facts(self):
        r = self.record
        return [("Day", format_day(r.activity_date)), ("Salt or organizer", r.member), ("Type", str(r))]


class ActivityRestore(RecordRestore):
    model = SaltingActivity
