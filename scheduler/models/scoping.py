"""Rows that belong to a clinic can only be queried for a clinic, or across all of them by saying so."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

if TYPE_CHECKING:
    from scheduler.models.clinic import Clinic


M = TypeVar("M", bound=models.Model)


class UnscopedQuery(TypeError):
    """A query for rows of a clinic that does not say which clinic."""


class ScopedManager(models.Manager[M]):
    """Offers `for_clinic` and `across_clinics`; every other way to a query set raises UnscopedQuery.

    Relations (`episode.reminders`) stay open: the row they start from was found for a clinic.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        if not hasattr(self, "instance"):
            raise UnscopedQuery(f"say for_clinic(...) or across_clinics() on {self.model.__name__}")
        return super().get_queryset()

    def for_clinic(self, clinic: "Clinic") -> models.QuerySet[M]:
        """The rows of one clinic."""
        return self.across_clinics().filter(clinic=clinic)

    def across_clinics(self) -> models.QuerySet[M]:
        """The rows of all clinics: for the worker, the webhooks and the unguessable links of patients."""
        return super().get_queryset()

    def create(self, **fields: Any) -> M:
        """One new row; it names its clinic itself."""
        return self.across_clinics().create(**fields)

    def bulk_create(self, *rows: Any, **options: Any) -> list[M]:
        """Many new rows; each names its clinic itself."""
        return self.across_clinics().bulk_create(*rows, **options)


class ClinicOwned(models.Model):
    """A row that belongs to one clinic."""

    #: no index of its own: every table that is searched by clinic has one that begins with it
    clinic = models.ForeignKey("scheduler.Clinic", on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = ScopedManager()

    class Meta:
        abstract = True
