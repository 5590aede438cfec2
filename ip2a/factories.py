"""The least valid records of the foundation, for seeds and tests."""

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from ip2a.models import User


class UserFactory(DjangoModelFactory):
    """``UserFactory(role="staff")`` has that role; without one it has no rights at all."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Person {n}")

    @factory.post_generation
    def role(user, create, name, **kwargs):
        if create and name:
            user.groups.add(Group.objects.get(name=name))

    @factory.post_generation
    def password(user, create, text, **kwargs):
        if text:
            user.set_password(text)
            user.save(update_fields=["password"])
