"""An invitation is over when it is accepted. Whoever signed in since an invitation of before has accepted it.

Who invited whom, and when, stays told in the events.
"""

from typing import Any

from django.db import migrations
from django.db.models import F


def join(apps: Any, schema_editor: Any) -> None:
    # Not by a query over the account's table: an update has no join.
    membership = apps.get_model("scheduler", "Membership")
    signed_in = membership._base_manager.filter(user__last_login__gte=F("invited_at"))
    ids = list(signed_in.values_list("pk", flat=True))
    membership._base_manager.filter(pk__in=ids).update(invited_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('scheduler', '0012_what_pages_count'),
    ]

    operations = [
        migrations.RunPython(join, migrations.RunPython.noop),
    ]
