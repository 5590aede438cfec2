from django.urls import path

from members.views import employments, members, organizations

app_name = "members"
urlpatterns = [
    path("members/", members.MemberList.as_view(), name="member_list"),
    path("members/add/", members.MemberCreate.as_view(), name="member_create"),
    path("members/<int:pk>/", members.MemberDetail.as_view(), name="member_detail"),
    path("members/<int:pk>/edit/", members.MemberUpdate.as_view(), name="member_update"),
    path(
        "members/<int:pk>/history/",
        members.MemberHistory.as_view(),
        name="member_history",
    ),
    path(
        "organizations/",
        organizations.OrganizationList.as_view(),
        name="organization_list",
    ),
    path(
        "organizations/add/",
        organizations.OrganizationCreate.as_view(),
        name="organization_create",
    ),
    path(
        "organizations/<int:pk>/",
        organizations.OrganizationDetail.as_view(),
        name="organization_detail",
    ),
    path(
        "organizations/<int:pk>/edit/",
        organizations.OrganizationUpdate.as_view(),
        name="organization_update",
    ),
    path(
        "organizations/<int:pk>/history/",
        organizations.OrganizationHistory.as_view(),
        name="organization_history",
    ),
    path(
        "contacts/",
        organizations.ContactList.as_view(),
        name="organizationcontact_list",
    ),
    path(
        "contacts/add/",
        organizations.ContactCreate.as_view(),
        name="organizationcontact_create",
    ),
    path(
        "contacts/<int:pk>/",
        organizations.ContactDetail.as_view(),
        name="organizationcontact_detail",
    ),
    path(
        "contacts/<int:pk>/edit/",
        organizations.ContactUpdate.as_view(),
        name="organizationcontact_update",
    ),
    path(
        "contacts/<int:pk>/history/",
        organizations.ContactHistory.as_view(),
        name="organizationcontact_history",
    ),
    path("jobs/", employments.EmploymentList.as_view(), name="memberemployment_list"),
    path(
        "jobs/add/",
        employments.EmploymentCreate.as_view(),
        name="memberemployment_create",
    ),
    path(
        "jobs/<int:pk>/",
        employments.EmploymentDetail.as_view(),
        name="memberemployment_detail",
    ),
    path(
        "jobs/<int:pk>/edit/",
        employments.EmploymentUpdate.as_view(),
        name="memberemployment_update",
    ),
    path(
        "jobs/<int:pk>/history/",
        employments.EmploymentHistory.as_view(),
        name="memberemployment_history",
    ),
]
