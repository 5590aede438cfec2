from django.urls import path

from members.views import acts, details, duplicates, employments, exempting, members, merges, organizations, reports

app_name = "members"
urlpatterns = [
    path("members/", members.MemberList.as_view(), name="member_list"),
    path("members/add/", members.MemberCreate.as_view(), name="member_create"),
    path("members/reports/", reports.MemberReport.as_view(), name="member_report"),
    path("members/<int:pk>/", details.MemberDetail.as_view(), name="member_detail"),
    path("members/<int:pk>/exempt/", exempting.MemberExempt.as_view(), name="member_exempt"),
    path("exemptions/<int:pk>/end/", exempting.ExemptionEnd.as_view(), name="exemption_end"),
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
        details.OrganizationDetail.as_view(),
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
        details.ContactDetail.as_view(),
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
    path("contacts/<int:pk>/remove/", acts.ContactRemove.as_view(), name="organizationcontact_remove"),
    path("contacts/<int:pk>/restore/", acts.ContactRestore.as_view(), name="organizationcontact_restore"),
    path(
        "contacts/<int:pk>/make-primary/",
        acts.ContactMakePrimary.as_view(),
        name="organizationcontact_make_primary",
    ),
    path("jobs/", employments.EmploymentList.as_view(), name="memberemployment_list"),
    path(
        "jobs/add/",
        employments.EmploymentCreate.as_view(),
        name="memberemployment_create",
    ),
    path(
        "jobs/<int:pk>/",
        details.EmploymentDetail.as_view(),
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
    path("jobs/<int:pk>/end/", acts.EmploymentEnd.as_view(), name="memberemployment_end"),
    path("jobs/<int:pk>/remove/", acts.EmploymentRemove.as_view(), name="memberemployment_remove"),
    path("jobs/<int:pk>/restore/", acts.EmploymentRestore.as_view(), name="memberemployment_restore"),
    path("duplicates/", duplicates.DuplicateHome.as_view(), name="duplicate_home"),
    path("duplicates/<str:kind>/", duplicates.DuplicateList.as_view(), name="duplicate_list"),
    path("duplicates/<str:kind>/compare/", duplicates.DuplicateChoose.as_view(), name="duplicate_choose"),
    path(
        "duplicates/<str:kind>/<int:one>/<int:other>/",
        duplicates.DuplicateCompare.as_view(),
        name="duplicate_compare",
    ),
    path(
        "duplicates/<str:kind>/<int:one>/<int:other>/not-the-same/",
        duplicates.DuplicateTellApart.as_view(),
        name="duplicate_tell_apart",
    ),
    path("duplicates/<str:kind>/not-the-same/", merges.DuplicateDecisions.as_view(), name="duplicate_decisions"),
    path(
        "duplicates/<str:kind>/not-the-same/<int:pk>/forget/",
        merges.DuplicateForget.as_view(),
        name="duplicate_forget",
    ),
    path("duplicates/<str:kind>/merges/", merges.MergeList.as_view(), name="duplicate_merges"),
    path(
        "duplicates/<str:kind>/merges/<int:pk>/take-back/",
        merges.MergeTakeBack.as_view(),
        name="duplicate_take_back",
    ),
]
