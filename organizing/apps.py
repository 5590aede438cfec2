from django.apps import AppConfig

from ip2a import compartments, walls

# What is read of a campaign by those who were named for it; and by an officer who broke the glass, of everything.
OF_A_CAMPAIGN = (
    "campaign",
    "campaignemployer",
    "unitlist",
    "unitlistentry",
    "worker",
    "assessment",
    "contactnote",
    "authorizationcard",
    "cardcustody",
    "unfairpractice",
)
OF_THE_ROOM = (*OF_A_CAMPAIGN, "saltingactivity", "saltingagreement", "employerscore", "campaignaccess")
NAMED = ["organizing.named", "ip2a.view_attachment", *(f"organizing.view_{name}" for name in OF_A_CAMPAIGN)]
WRITING = ["organizing.add_assessment", "organizing.add_contactnote", "organizing.change_worker"]
GLASS = ["ip2a.enter_organizing", "ip2a.view_attachment", *(f"organizing.view_{name}" for name in OF_THE_ROOM)]


class OrganizingConfig(AppConfig):
    name = "organizing"
    verbose_name = "Organizing"

    def ready(self):
        compartments.lend(
            "organizing_lent",
            {"named": NAMED, "writing": WRITING, "glass": GLASS},
            at_the_wall=["organizing.named", "organizing.oversee"],
            says={
                "glass": (
                    "The organizing compartment is open to you. What you open in it is written down.",
                    "organizing:access",
                )
            },
        )
        walls.declare("organizing", guests="organizing_glass_open", document="organizing_document_open")
