from typing import Any

from django import forms

from ip2a.attachments.intake import COMPLETE
from ip2a.models import Attachment


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or more files. Which of them can be kept is judged one by one when they are attached."""

    def __init__(self, **kwargs: Any):
        super().__init__(widget=ManyFilesInput(), allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFilesField, self).clean(file, initial) for file in data or [None]]


class UploadForm(forms.Form):
    files = ManyFilesField(label="Files", error_messages={"required": "Choose at least one file."})
    category = forms.ChoiceField(choices=Attachment.Category.choices, initial=Attachment.Category.GENERAL)
    description = forms.CharField(
        max_length=300, required=False, help_text="What it is and why it is here, for those who look for it later."
    )

    def came_whole(self) -> bool:
        """The last field of the form arrived, so nothing before it is cut off."""
        return COMPLETE in self.data


class AttachmentForm(forms.ModelForm):
    class Meta:
        model = Attachment
        fields = ["category", "description"]


class RemovalForm(forms.Form):
    reason = forms.CharField(max_length=300, help_text="It stays in the history of this document.")
