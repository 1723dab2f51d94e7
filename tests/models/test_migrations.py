"""A database of the first release, carried on to today's tables."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

FIRST = [("scheduler", "0001_initial")]
ENROLLED = datetime(2026, 11, 20, 15, 5, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_patient_of_the_first_release_stands_since_the_last_enrolment() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("scheduler")
    executor = MigrationExecutor(connection)
    executor.migrate(FIRST)
    old = executor.loader.project_state(FIRST).apps
    clinic = rows(old, "Clinic").create(slug="old", name="Old", created_at=ENROLLED)
    edition = rows(old, "Edition").create(
        clinic=clinic, protocol_id="p", number=1, protocol="{}", published_at=ENROLLED
    )
    patient = rows(old, "Patient").create(
        clinic=clinic, name="Example", page_token="abc", created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    alone = rows(old, "Patient").create(clinic=clinic, name="Alone", page_token="abd", created_at=ENROLLED)
    times = {"treated_at": ENROLLED, "enrolled_at": ENROLLED}
    rows(old, "Episode").create(clinic=clinic, patient=patient, edition=edition, identity="i", **times)
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
        new = rows(executor.loader.project_state(newest).apps, "Patient")
        assert new.get(pk=patient.pk).planned_at == ENROLLED
        assert new.get(pk=alone.pk).planned_at == ENROLLED
    finally:
        MigrationExecutor(connection).migrate(newest)


@pytest.mark.django_db(transaction=True)
def test_whoever_signed_in_after_an_invitation_has_joined() -> None:
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("scheduler")
    before = [("scheduler", "0012_what_pages_count")]
    executor = MigrationExecutor(connection)
    executor.migrate(before)
    old = executor.loader.project_state(before).apps
    clinic = rows(old, "Clinic").create(slug="old", name="Old", created_at=ENROLLED)
    for name, last_login in (("in", ENROLLED), ("out", None), ("earlier", ENROLLED - timedelta(days=1))):
        user = rows(old, "User").create(email=f"{name}@example.com", last_login=last_login)
        rows(old, "Membership").create(clinic=clinic, user=user, role="staff", invited_at=ENROLLED)
    try:
        MigrationExecutor(connection).migrate(newest)
        new = rows(executor.loader.project_state(newest).apps, "Membership")
        still_open = new.filter(invited_at__isnull=False).values_list("user__email", flat=True)
        assert set(still_open) == {"out@example.com", "earlier@example.com"}
    finally:
        MigrationExecutor(connection).migrate(newest)


def rows(apps, name: str):  # type: ignore[no-untyped-def]
    return apps.get_model("scheduler", name)._base_manager
