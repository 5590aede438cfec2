from django.urls import path

from benevolence.views import applications, filing, fund, paying, reports

app_name = "benevolence"
CASE = "benevolence/<int:pk>/"
urlpatterns = [
    path("benevolence/", applications.applications, name="benevolenceapplication_list"),
    path("benevolence/check/", filing.ApplicationPreview.as_view(), name="benevolenceapplication_preview"),
    path("benevolence/add/", filing.ApplicationCreate.as_view(), name="benevolenceapplication_create"),
    path("benevolence/reports/", reports.report, name="benevolenceapplication_report"),
    path("benevolence/fund/", fund.FundDetail.as_view(), name="fund_detail"),
    path("benevolence/fund/ledger/", fund.LedgerList.as_view(), name="ledgerentry_list"),
    path("benevolence/fund/deposit/", fund.FundDeposit.as_view(), name="fund_deposit"),
    path("benevolence/fund/adjust/", fund.FundAdjust.as_view(), name="fund_adjust"),
    path("benevolence/fund/statement/", fund.FundStatement.as_view(), name="fund_statement"),
    path("benevolence/fund/benefits/", fund.FundBenefits.as_view(), name="fund_benefits"),
    path(CASE, applications.ApplicationDetail.as_view(), name="benevolenceapplication_detail"),
    path(f"{CASE}edit/", filing.ApplicationUpdate.as_view(), name="benevolenceapplication_update"),
    path(f"{CASE}history/", applications.ApplicationHistory.as_view(), name="benevolenceapplication_history"),
    path(f"{CASE}submit/", filing.ApplicationSubmit.as_view(), name="benevolenceapplication_submit"),
    path(f"{CASE}answer/", filing.ApplicationAnswer.as_view(), name="benevolenceapplication_answer"),
    path(f"{CASE}withdraw/", filing.ApplicationWithdraw.as_view(), name="benevolenceapplication_withdraw"),
    path(f"{CASE}pay/", paying.ApplicationPay.as_view(), name="benevolenceapplication_pay"),
    path(f"{CASE}reissue/", paying.ApplicationReissue.as_view(), name="benevolenceapplication_reissue"),
    path(f"{CASE}void/", paying.ApplicationVoid.as_view(), name="benevolenceapplication_void"),
]
