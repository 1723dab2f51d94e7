"""Where the parts answer: pages, API, accounts, health and metrics."""

from django.urls import include, path

from config.accounts import no_other_address
from config.health import Health, worker_health
from config.metrics import metrics
from scheduler.api import api
from scheduler.web.passwords import reset_password

handler500 = "scheduler.web.faults.server_error"
urlpatterns = [
    path("", include("scheduler.web.urls")),
    path("api/", api.urls),
    path("accounts/password/reset/", reset_password, name="account_reset_password"),
    path("accounts/email/", no_other_address, name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("health/", Health.as_view(checks=["health_check.Database"]), name="health"),
    path("health/worker/", worker_health, name="worker-health"),
    path("metrics", metrics, name="metrics"),
]
