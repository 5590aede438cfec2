from django import forms

from grievances.packet.contents import Purpose

NO_PURPOSE = "Say what the case file is for."


class PacketForm(forms.Form):
    """What a case file is for, and whether it holds what is internal."""

    purpose = forms.ChoiceField(
        label="What it is for",
        choices=[(purpose.value, purpose.label) for purpose in Purpose],
        error_messages=dict.fromkeys(("required", "invalid_choice"), NO_PURPOSE),
    )
    internal = forms.BooleanField(
        label="With what is internal: why we decided, how the grievant was told, notes of meetings",
        required=False,
        help_text="A fair-representation defence always holds it. For an arbitrator leave it out.",
    )
