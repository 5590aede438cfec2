import django_filters as filters
from django import forms

from ip2a.filters import SearchFilter
from ip2a.pickers import PickerField
from ip2a.tables import Column
from ip2a.tests.vault.models import Secret
from ip2a.views.generic import RecordCreate, RecordDetail, RecordList, RecordUpdate
from ip2a.views.history import RecordHistory


class SecretFilter(filters.FilterSet):
    q = SearchFilter()

    class Meta:
        model = Secret
        fields: list[str] = []


class SecretForm(forms.ModelForm):
    member = PickerField("members.member")

    class Meta:
        model = Secret
        fields = ["name", "member"]


class SecretList(RecordList):
    model = Secret
    title = "Secrets"
    filterset_class = SecretFilter
    columns = [Column("name", "Name", lambda secret: secret.name, sort=("sort_key",), kind="link")]
    default_order = "name"
    create_label = "Add a secret"


class SecretCreate(RecordCreate):
    model = Secret
    form_class = SecretForm


class SecretDetail(RecordDetail):
    model = Secret


class SecretUpdate(RecordUpdate):
    model = Secret
    form_class = SecretForm


class SecretHistory(RecordHistory):
    model = Secret
