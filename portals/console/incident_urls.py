"""Addresses of incidents, below those of the desk."""

from django.urls import path

from portals.console.views import incident_figures, incidents

urlpatterns = [
    path("", incidents.index, name="incidents"),
    path("export/<slug:kind>/", incidents.export, name="export_incidents"),
    path("save/", incidents.save, name="save_incidents"),
    path("add/", incidents.add, name="add_incident"),
    path("figures/", incident_figures.show, name="incident_figures"),
    path("figures/hours/", incident_figures.hours, name="worked_hours"),
    path("figures/start/", incident_figures.start, name="safety_start"),
    path("<int:pk>/", incidents.show, name="incident"),
    path("<int:pk>/edit/", incidents.edit, name="edit_incident"),
    path("<int:pk>/causes/", incidents.causes, name="incident_causes"),
    path("<int:pk>/report/", incidents.report, name="accident_report"),
    path("<int:pk>/print/<slug:kind>/", incidents.print_paper, name="print_incident"),
    path("<int:pk>/<slug:verb>/", incidents.act, name="incident_act"),
]
