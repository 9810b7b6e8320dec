"""Addresses of emergency drills, below those of the desk."""

from django.urls import path

from portals.console.views import drills

urlpatterns = [
    path("", drills.index, name="drills"),
    path("plan/", drills.plan, name="plan_drill"),
    path("<int:pk>/", drills.show, name="drill"),
    path("<int:pk>/sheet/", drills.sheet, name="drill_sheet"),
    path("<int:pk>/follow/", drills.follow, name="follow_drill"),
    path("<int:pk>/print/", drills.print_report, name="print_drill"),
]
