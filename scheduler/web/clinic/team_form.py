"""The forms of the team's pages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduler.models import Membership
from scheduler.team import Member

ROLES = [
    (Membership.Role.STAFF.value, _("Staff: enrols patients and follows them")),
    (Membership.Role.ADMIN.value, _("Admin: does that, and changes timings, settings and the team")),
]
WHICH_ROLE = dict.fromkeys(("required", "invalid_choice"), _("Choose one of the two."))


class InviteForm(forms.Form):
    """Somebody new."""

    use_required_attribute = False
    email = forms.CharField(
        label=_("Email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the email address that the person will sign in with.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=ROLES,
        initial=Membership.Role.STAFF.value,
        widget=forms.RadioSelect,
        error_messages=WHICH_ROLE,
    )


class RoleForm(forms.Form):
    """Another role; one's own is asked for twice."""

    use_required_attribute = False
    role = forms.ChoiceField(
        label=_("Role"), choices=ROLES, widget=forms.RadioSelect, error_messages=WHICH_ROLE
    )
    sure = forms.BooleanField(label=_("I mean my own role"), required=False)

    def __init__(self, typed: Mapping[str, Any] | None, *, member: Member, me: bool) -> None:
        super().__init__(typed, initial={"role": member.role.value}, auto_id="role_%s")
        if not me:
            del self.fields["sure"]


class RemoveForm(forms.Form):
    """Leaving; one's own is asked for twice."""

    use_required_attribute = False
    sure = forms.BooleanField(label=_("I want to leave the team myself"), required=False)

    def __init__(self, typed: Mapping[str, Any] | None, *, me: bool) -> None:
        super().__init__(typed, auto_id="remove_%s")
        if not me:
            del self.fields["sure"]
