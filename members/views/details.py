"""The pages of one record each: what it is, where it stands, what to do next."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from ip2a.models.base import page_url
from ip2a.questions import NOBODY, question
from ip2a.rules import has_right, may_remove
from ip2a.views.generic import RecordDetail
from ip2a.words import format_day, format_money, state_chip
from members import exemptions, rules
from members.lookups import jobs_of
from members.models import Member, MemberEmployment, Organization, OrganizationContact


def phone_link(number: str) -> str:
    """A number to tap. Only what a telephone can dial goes into the address."""
    dialled = "".join(letter for letter in number.partition("x")[0] if letter.isdigit() or letter == "+")
    return format_html('<a href="tel:{}">{}</a>', dialled, number) if dialled else number


def mail_link(mail: str) -> str:
    return format_html('<a href="mailto:{}">{}</a>', mail, mail) if mail else ""


def site_link(site: str) -> str:
    if not site.startswith(("https://", "http://")):
        return site
    return format_html('<a href="{}" rel="noreferrer">{}</a>', site, site.partition("//")[2].rstrip("/"))


def postal(record: Any) -> str:
    return ", ".join(
        part for part in (record.address, record.city, f"{record.state} {record.zip_code}".strip()) if part
    )


def noted(record: Any) -> list[tuple[str, str]]:
    return [("Notes", record.notes)] if record.notes else []


def linked(record: Any, word: str = "") -> str:
    return format_html('<a href="{}">{}</a>', record.get_absolute_url(), word or str(record))


class RemovableDetail(RecordDetail):
    """A record that may be taken out and brought back; ``removal`` tells what to say of it."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.record.is_removed:
            context["state_chip"] = state_chip("Removed", "bad")
            context["primary_action"] = self._restore()
        return context

    def _restore(self) -> dict[str, Any] | None:
        answer = may_remove(self.request.user, self.record, restoring=True)
        return (
            {"label": "Bring back", "url": self.url_of("restore", self.record.pk), "method": "post"} if answer else None
        )

    def removal(self) -> list[dict[str, Any]]:
        """The menu's entry for taking the record out."""
        if self.record.is_removed or not has_right(self.request.user, "delete", self.model):
            return []
        name = self.model._meta.verbose_name
        return [{"label": f"Remove this {name}", "url": self.url_of("remove", self.record.pk)}]


class MayBeTwice(RecordDetail):
    """A record that may stand twice in the books: its menu leads to those that look like it."""

    kind = ""

    def verbs(self):
        if self.record.is_removed or not has_right(self.request.user, "change", self.model):
            return []
        found = page_url("members:duplicate_list", self.kind)
        return [{"label": "Find duplicates", "url": f"{found}?record={self.record.pk}"}]


class MemberDetail(MayBeTwice):
    model = Member
    kind = "members"

    @cached_property
    def current_jobs(self) -> list[MemberEmployment]:
        return [job for job in jobs_of(self.request.user, self.record) if job.is_current]

    def get_context_data(self, **kwargs):
        return super().get_context_data(state=self.record, next_action=self.next_action(), **kwargs)

    def verbs(self):
        found = super().verbs()
        if exemptions.may_exempt(self.request.user, self.record):
            found.append({"label": "Exempt from work until …", "url": self.url_of("exempt", self.record.pk)})
        return found

    def facts(self):
        m = self.record
        exempt = exemptions.until(m, self.request.user)
        jobs = format_html_join(
            "; ", "{} since {}", ((linked(j.organization), format_day(j.start_date)) for j in self.current_jobs)
        )
        return [
            ("Number", m.member_number),
            ("Classification", m.get_classification_display()),
            ("Current job", jobs or "None"),
            ("Joined", format_day(m.hire_date)),
            *([("Exempt until", format_day(exempt))] if exempt else []),
        ]

    def aside_facts(self):
        m = self.record
        return [
            ("Phone", phone_link(m.phone)),
            ("E-mail", mail_link(m.email)),
            ("Address", postal(m)),
            ("Date of birth", format_day(m.date_of_birth)),
            *noted(m),
        ]

    def next_action(self) -> dict[str, Any] | None:
        """What stands out about this member's work, and the way to settle it."""
        m, user = self.record, self.request.user
        if m.is_removed:
            return None
        if self.current_jobs and m.status != Member.Status.ACTIVE and has_right(user, "change", MemberEmployment):
            job = self.current_jobs[0]
            return {
                "text": f"{m.get_status_display()}, but the job at {job.organization} has no end.",
                "url": reverse("members:memberemployment_end", args=[job.pk]),
                "label": "End this job",
            }
        if not self.current_jobs and m.status == Member.Status.ACTIVE and has_right(user, "add", MemberEmployment):
            return {
                "text": self._bench(),
                "url": f"{reverse('members:memberemployment_create')}?{urlencode({'member': m.pk})}",
                "label": "Add a job",
            }
        return None

    def _bench(self) -> str:
        last = max((job.end_date for job in jobs_of(self.request.user, self.record)), default=None)
        if last is None:
            return "No job is on record for this active member."
        if last > timezone.localdate():
            return f"No job without an end; the last one on record ends {format_day(last)}."
        return f"Without a job since {format_day(last)}."


@question(planned_anew=True)
def _members_at(reader: Any, organization: int) -> QuerySet:
    """How many members work there is no secret, whoever may see their names."""
    rows = MemberEmployment.objects.current().filter(organization=organization)
    return rows.order_by().values_list("member").distinct()


@question
def _primary(reader: Any, organization: int) -> QuerySet:
    rows = OrganizationContact.objects.visible_to(reader).live()
    return rows.filter(organization=organization, is_primary=True)[:1]


class OrganizationDetail(MayBeTwice):
    model = Organization
    kind = "organizations"

    def facts(self):
        o = self.record
        working = _members_at.count(NOBODY, o.pk)
        return [
            ("Type", o.get_org_type_display()),
            ("Agreement with us", "Signatory" if o.is_signatory else "None"),
            ("Members working there", f"{working:,}"),
            ("Call", self._first_contact()),
        ]

    def _first_contact(self) -> str:
        """The primary contact with a number, or the office."""
        found = _primary(self.request.user, self.record.pk)
        if not found:
            return phone_link(self.record.phone)
        contact = found[0]
        number = contact.phone or self.record.phone
        return format_html("{} {}", linked(contact, f"{contact.first_name} {contact.last_name}"), phone_link(number))

    def aside_facts(self):
        o = self.record
        return [
            ("Phone", phone_link(o.phone)),
            ("E-mail", mail_link(o.email)),
            ("Website", site_link(o.website)),
            ("Address", postal(o)),
            *noted(o),
        ]


class ContactDetail(RemovableDetail):
    model = OrganizationContact

    def visible(self):
        return super().visible().select_related("organization")

    def facts(self):
        c = self.record
        return [
            ("Organization", linked(c.organization)),
            ("Title", c.title),
            ("Phone", phone_link(c.phone)),
            ("E-mail", mail_link(c.email)),
        ]

    def aside_facts(self):
        o = self.record.organization
        return [
            (str(o), o.get_org_type_display()),
            ("Office phone", phone_link(o.phone)),
            ("Office e-mail", mail_link(o.email)),
            ("Address", postal(o)),
            *noted(self.record),
        ]

    def verbs(self):
        contact, user = self.record, self.request.user
        first = []
        if rules.may_make_primary(user, contact):
            url = reverse("members:organizationcontact_make_primary", args=[contact.pk])
            first = [{"label": "Make the primary contact", "url": url, "method": "post"}]
        return first + self.removal()


class EmploymentDetail(RemovableDetail):
    model = MemberEmployment

    def visible(self):
        return super().visible().for_table()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        job = self.record
        if not job.is_removed:
            context["state_chip"] = state_chip("Current", "good") if job.is_current else state_chip("Ended", "quiet")
        if rules.may_end(self.request.user, job):
            context["secondary_actions"] = [context["primary_action"]]
            url = reverse("members:memberemployment_end", args=[job.pk])
            context["primary_action"] = {"label": "End this job", "url": url}
        return context

    def facts(self):
        job = self.record
        return [
            ("Member", linked(job.member)),
            ("Employer", linked(job.organization)),
            ("Start", format_day(job.start_date)),
            ("End", format_day(job.end_date) or "Still lasts"),
            ("Job title", job.job_title),
            ("Hourly rate", format_money(job.hourly_rate)),
        ]

    def aside_facts(self):
        m = self.record.member
        return [
            ("Member's status", m.get_status_display()),
            ("Classification", m.get_classification_display()),
            ("Phone", phone_link(m.phone)),
            ("E-mail", mail_link(m.email)),
        ]

    def verbs(self):
        return self.removal()
