"""Addresses of the register of risks, below those of the desk."""

from django.urls import path

from portals.console.views import risk_plans, risks

urlpatterns = [
    path("", risks.index, name="risks"),
    path("export/", risks.export, name="export_risks"),
    path("save/", risks.save, name="save_risks"),
    path("add/", risks.add, name="add_risk"),
    path("papers/", risks.papers, name="risk_papers"),
    path("papers/<slug:kind>/", risks.print_papers, name="print_risk_papers"),
    path("scale/", risks.scale, name="risk_scale"),
    path("plans/", risk_plans.index, name="risk_plans"),
    path("plans/add/", risk_plans.add, name="add_risk_plan"),
    path("plans/<int:pk>/", risk_plans.show, name="risk_plan"),
    path("plans/<int:pk>/draw/", risk_plans.draw, name="draw_risk_plan"),
    path("plans/<int:pk>/erase/", risk_plans.erase, name="erase_risk_zone"),
    path("plans/<int:pk>/retire/", risk_plans.retire, name="retire_risk_plan"),
    path("plans/<int:pk>/print/<slug:size>/", risk_plans.print_plan, name="print_risk_plan"),
    path("<int:pk>/", risks.show, name="risk"),
    path("<int:pk>/edit/", risks.edit, name="edit_risk"),
    path("<int:pk>/rate/", risks.rate, name="rate_risk"),
    path("<int:pk>/card/", risks.print_card, name="print_risk_card"),
    path("<int:pk>/<slug:verb>/", risks.act, name="risk_act"),
]
