"""Who signs in, and what they may do at which clinic."""

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from scheduler.models.scoping import ClinicOwned


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in with an email address; without a password nobody can."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A member of staff; the email address is the name to sign in with."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("email address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []  # type: ignore[misc]
    objects = UserManager()  # type: ignore[assignment,misc]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]


class Membership(ClinicOwned):
    """What a user may do at a clinic."""

    class Role(models.TextChoices):
        #: enrols patients and follows them
        STAFF = "staff", gettext_lazy("Staff")
        #: does that, and changes timings and settings
        ADMIN = "admin", gettext_lazy("Admin")

    user = models.ForeignKey("scheduler.User", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    #: when the invitation was sent last, while it stands open; only who accepts it gets in. Null: joined
    invited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "user"], name="one_membership_per_clinic")]
