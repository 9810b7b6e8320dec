from django.urls import path

from portals.console.views import hazards, home, imports, jobs, ledger, people, plant, runs

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("hazards/", hazards.index, name="hazards"),
    path("hazards/<int:pk>/", hazards.show, name="hazard"),
    path("hazards/<int:pk>/<slug:verb>/", hazards.act, name="decide"),
    path("runs/", runs.index, name="runs"),
    path("runs/<int:pk>/", runs.show, name="run"),
    path("people/", people.index, name="people"),
    path("people/add/", people.add, name="add_person"),
    path("people/import/", imports.read, {"what": "people"}, name="import_people"),
    path("people/import/template/", imports.template, {"what": "people"}, name="people_template"),
    path("people/<int:pk>/", people.show, name="person"),
    path("people/<int:pk>/close/", people.account, {"verb": "close"}, name="close_account"),
    path("people/<int:pk>/reopen/", people.account, {"verb": "reopen"}, name="reopen_account"),
    path("people/<int:pk>/password/", people.account, {"verb": "password"}, name="give_password"),
    path("plant/", plant.machines, name="machines"),
    path("plant/areas/", plant.areas, name="areas"),
    path("plant/departments/", plant.departments, name="departments"),
    path("plant/departments/add/", plant.add_group, {"kind": "department"}, name="add_department"),
    path("plant/teams/add/", plant.add_group, {"kind": "team"}, name="add_team"),
    path("plant/machines/import/", imports.read, {"what": "machines"}, name="import_machines"),
    path("plant/machines/import/template/", imports.template, {"what": "machines"}, name="machines_template"),
    path("plant/machines/add/", plant.add, {"kind": "machine"}, name="add_machine"),
    path("plant/machines/<int:pk>/", plant.show, {"kind": "machine"}, name="machine"),
    path("plant/machines/<int:pk>/label/", plant.renew_label, {"kind": "machine"}, name="renew_machine_label"),
    path("plant/areas/add/", plant.add, {"kind": "area"}, name="add_area"),
    path("plant/areas/<int:pk>/", plant.show, {"kind": "area"}, name="area"),
    path("plant/areas/<int:pk>/label/", plant.renew_label, {"kind": "area"}, name="renew_area_label"),
    path("plant/labels/", plant.print_labels, name="print_labels"),
    path("jobs/<uuid:pk>/", jobs.show, name="job"),
    path("ledger/", ledger.entries, name="ledger"),
    path("ledger/verify/", ledger.verify, name="ledger_verify"),
]
