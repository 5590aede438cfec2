"""The pages of one record each: what it is, where it stands, what to do next."""

from functools import cached_property

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from ip2a.pickers import for_user
from ip2a.words import format_day, format_moment, state_chip
from members.views.details import linked, mail_link, phone_link, postal
from organizing import models
from organizing.columns.workspace import standing_chip
from organizing.counting.cards import judge, list_for
from organizing.counting.wallchart import stale_before
from organizing.forms.workspace import QuickForm
from organizing.forms_acts.workspace import AssessForm, ContactForm
from organizing.models import Assessment, AuthorizationCard, ContactNote, UnitListEntry, Worker
from organizing.rules import campaigns as rules
from organizing.rules.shared import may_work_now
from organizing.services import practices
from organizing.views.workspace.acts import Detail


class CampaignDetail(Detail):
    model = models.Campaign

    def visible(self):
        return self.model.objects.visible_to(self.request.user).for_table()

    def facts(self):
        c = self.record
        parties = [party.organization for party in c.parties.all()]
        employers = format_html_join(", ", "{}", ((linked(one),) for one in parties))
        ended = [("Closed", format_day(c.closed_on))] if c.closed_on else []
        return [
            ("Employer" if len(parties) == 1 else "Employers", employers),
            ("Lead organizer", str(c.lead or "Nobody yet")),
            ("Opened", format_day(c.opened_on)),
            *ended,
        ]

    def aside_facts(self):
        said = [("Unit", self.record.unit_description)] if self.record.unit_description else []
        return [*said, *self.noted()] or [("Unit", "")]

    def verbs(self):
        c, user = self.record, self.request.user
        if not self.may_act("change", models.Campaign):
            return []
        found = [
            self.entry("Add an employer", "employer"),
            self.entry("Workers who may be one and the same", "same"),
        ]
        for to in models.Campaign.NEXT[models.CampaignStatus(c.status)]:
            answer = rules.may_move(user, c, to)
            url = reverse("organizing:campaign_move", args=[c.pk, to.value])
            found.append(
                {"label": rules.MOVES[to], "url": url} | ({} if answer else {"disabled_reason": answer.reason})
            )
        return found

    def get_context_data(self, **kwargs):
        context = super().get_context_data(state=self.record, **kwargs)
        chart = {"label": "Wall chart", "url": self.url_of("chart", self.record.pk), "icon": "table"}
        edit = context["primary_action"]
        menu = ([edit] if edit else []) + context["menu_actions"]
        return context | {"primary_action": chart, "menu_actions": menu}


class UnitListDetail(Detail):
    model = models.UnitList

    def facts(self):
        u = self.record
        count = UnitListEntry.objects.filter(unit_list=u).count()
        return [
            ("As of", format_day(u.as_of)),
            ("Source", u.source),
            ("Workers on it", f"{count:,}"),
            ("Size stated", f"{u.stated_size:,}" if u.stated_size else "Not stated"),
        ]

    def aside_facts(self):
        u = self.record
        kept = (
            [("Kept as it is since", format_moment(u.frozen_at)), ("Because", u.frozen_because)] if u.frozen_at else []
        )
        return [("Received", format_day(u.received_on)), *kept, *self.noted()]

    def verbs(self):
        u, user = self.record, self.request.user
        if not self.may_act("change", models.UnitList):
            return []
        may = rules.may_change_list(user, u)
        return [
            self.entry("Put a worker on the list", "put", may),
            self.entry("Keep it as it is", "freeze", may),
        ]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        u = self.record
        chips = state_chip("Kept as it is", "info") if u.frozen_at else state_chip("Can be changed", "quiet")
        take = []
        if self.may_act("add", Worker):
            take = [self.entry("Take in a table", "import", rules.may_import(self.request.user, u))]
        return context | {"state": chips, "secondary_actions": take}


class WorkerDetail(Detail):
    model = models.Worker

    def visible(self):
        return super().visible().select_related("organization", "member", "organizer")

    @cached_property
    def assessments(self):
        return list(self.record.assessments.select_related("by").order_by("-on", "-pk")[:200])

    def facts(self):
        w = self.record
        contact = format_day(w.last_contact_on) or "Never"
        step = w.next_step or "None"
        if w.next_step_on:
            step = f"{step}, {format_day(w.next_step_on)}"
        return [
            ("Stands", self.stands()),
            ("Last contact", contact),
            ("Next step", step),
            ("Assigned to", str(w.organizer or "Nobody")),
        ]

    def stands(self):
        w = self.record
        chip = standing_chip(w.standing)
        if w.standing_on and w.left_on is None and w.standing_on < stale_before(w.campaign):
            return format_html('{} <span class="stale">Stale</span> since {}', chip, format_day(w.standing_on))
        return chip

    def aside_facts(self):
        w = self.record
        known = [
            ("Crew", w.crew),
            ("Shift", w.shift),
            ("Site", w.location),
            ("Job", w.job_title),
            ("Language", w.language),
            ("Phone", phone_link(w.phone)),
            ("E-mail", mail_link(w.email)),
            ("Address", postal(w)),
            ("Employer", linked(w.organization) if w.organization else ""),
            ("Number at the employer", w.employer_number),
        ]
        member = [("Member", linked(w.member))] if w.member else []
        left = (
            [("Left the unit", f"{format_day(w.left_on)}, {w.get_left_because_display().lower()}")] if w.left_on else []
        )
        return [*left, *[fact for fact in known if fact[1]], *member, *self.noted()]

    def at_once(self):
        """Two organizers who said something else within a day: each is told of the other's."""
        recent = self.assessments[:2]
        if len(recent) < 2 or recent[0].by_id == recent[1].by_id or recent[0].on != recent[1].on:
            return ""
        one, other = recent
        if one.value == other.value:
            return ""
        return (
            f"{one.by} said “{one.get_value_display()}” and {other.by} said “{other.get_value_display()}” on the same "
            "day. Both are kept; the later one is shown. Speak with each other."
        )

    def verbs(self):
        w = self.record
        if not self.may_act("change", Worker):
            return []
        may = rules.may_change_worker(self.request.user, w)
        leave = (
            self.entry("Back in the unit", "return", may) if w.left_on else self.entry("Left the unit", "leave", may)
        )
        card = {"label": "Enter a card", "url": f"{reverse('organizing:authorizationcard_create')}?worker={w.pk}"}
        return [card, self.entry("Assign", "assign", may), leave]

    def get_context_data(self, **kwargs):
        w, user = self.record, self.request.user
        quick = QuickForm(instance=w, prefix="quick")
        for_user(quick, user)
        newest = max((one.pk for one in self.assessments), default=0)
        context = super().get_context_data(**kwargs)
        cards = list(AuthorizationCard.objects.filter(worker=w).order_by("-signed_on", "-pk"))
        judged = judge(cards, w.campaign, list_for(w.campaign)) if cards else {}
        return context | {
            "state": state_chip("Left the unit", "quiet") if w.left_on else None,
            "at_once": self.at_once(),
            "assessments": [(one, standing_chip(one.value)) for one in self.assessments],
            "assess_form": AssessForm(initial={"seen": newest}, auto_id="assess_%s")
            if may_work_now(user, w.campaign, "add", Assessment)
            else None,
            "contact_form": ContactForm(auto_id="contact_%s")
            if may_work_now(user, w.campaign, "add", ContactNote)
            else None,
            "quick_form": quick if rules.may_change_worker(user, w) else None,
            "contacts": w.contacts.select_related("by").order_by("-on", "-pk")[:100],
            "cards": [(card, judged[card.pk]) for card in cards],
            "card_url": f"{reverse('organizing:authorizationcard_create')}?worker={w.pk}",
        }


class CardDetail(Detail):
    model = AuthorizationCard

    def visible(self):
        return super().visible().select_related("worker", "organization", "received_by", "voided_by")

    @cached_property
    def unit_list(self):
        return list_for(self.record.campaign)

    @cached_property
    def judgement(self):
        every = list(AuthorizationCard.objects.filter(worker=self.record.worker_id).order_by("pk"))
        return judge(every, self.record.campaign, self.unit_list)[self.record.pk]

    def facts(self):
        c = self.record
        return [
            ("Signer", linked(c.worker)),
            ("Dated", format_day(c.signed_on) or "Not dated"),
            ("Signature", "Present" if c.has_signature else "Missing"),
            ("Employer named", c.employer_named or "None"),
        ]

    def aside_facts(self):
        c = self.record
        electronic = [
            ("Signer identified by", c.identity_method),
            ("Signer's phone or e-mail", c.signer_contact),
            ("Time stamp", format_moment(c.signed_at)),
            ("Confirmation sent", format_moment(c.confirmation_sent_at)),
        ]
        void = []
        if c.voided_at:
            void = [("Void since", format_moment(c.voided_at)), ("By", str(c.voided_by)), ("Because", c.void_reason)]
        return [
            *void,
            ("Kind", c.get_kind_display()),
            ("Witnessed by", c.witnessed_by),
            ("Received", format_day(c.received_on)),
            ("Received by", str(c.received_by)),
            *(electronic if c.kind == models.CardKind.ELECTRONIC else []),
            *self.noted(),
        ]

    def verbs(self):
        c, user = self.record, self.request.user
        if not self.may_act("change", AuthorizationCard):
            return []
        return [self.entry("Make it void", "void", rules.may_void(user, c))]

    def get_context_data(self, **kwargs):
        told = self.judgement
        context = super().get_context_data(**kwargs)
        hand = self.entry("Hand it over", "hand", rules.may_hand_over(self.request.user, self.record))
        return context | {
            "state": state_chip(told.words, "good" if told.verdict == "valid" else "warn"),
            "checks": told.checks,
            "counts": told.counts,
            "unit_list": self.unit_list,
            "custody": self.record.custody.select_related("by").order_by("on", "pk"),
            "hand": hand,
        }


class PracticeDetail(Detail):
    model = models.UnfairPractice

    def visible(self):
        return super().visible().select_related("organization")

    def facts(self):
        p = self.record
        filed = f"{format_day(p.filed_on)}, {p.charge_number}" if p.filed_on else "Not filed"
        return [
            ("Employer", linked(p.organization)),
            ("Happened", format_day(p.occurred_on)),
            ("Filed", filed),
            ("Served", format_day(p.served_on) or "Not served"),
        ]

    def aside_facts(self):
        p = self.record
        ended = [("Closed", format_day(p.closed_on)), ("Outcome", p.outcome)] if p.closed_on else []
        against = ", ".join(str(worker) for worker in p.workers.order_by("sort_key"))
        return [
            ("Sections", ", ".join(str(models.ChargeSection(key).label) for key in p.sections)),
            ("Known since", format_day(p.known_on)),
            ("Against", against or "Nobody named"),
            ("Witnesses", p.witnesses),
            *ended,
        ]

    def next_action(self):
        p = self.record
        if not practices.is_running(p):
            return None
        clock = practices.clock_of(p)
        verb, label = ("serve", "It was served") if p.filed_on else ("move", "Charge filed")
        what = "Serve the charge on the employer" if p.filed_on else "File the charge and serve it"
        args = [p.pk] if p.filed_on else [p.pk, models.ChargeStatus.FILED.value]
        over = f"{clock.words}. Speak with counsel." if clock.is_over else f"{clock.words}."
        return {
            "text": f"{what} by {format_day(clock.last_day)}. {over}",
            "url": self.url_of(verb, *args) if self.may_act("change", models.UnfairPractice) else "",
            "label": label,
            "why": clock.why,
            "late": clock.is_over,
        }

    def verbs(self):
        p, user = self.record, self.request.user
        if not self.may_act("change", models.UnfairPractice):
            return []
        found = [self.entry("Name a worker", "worker")]
        if p.filed_on and not p.served_on:
            found.append(self.entry("Served on the employer", "serve", rules.may_serve(user, p)))
        for to in models.UnfairPractice.NEXT[models.ChargeStatus(p.status)]:
            found.append({"label": to.label, "url": self.url_of("move", p.pk, to.value)})
        return found

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"state": self.record, "next_action": self.next_action()}
