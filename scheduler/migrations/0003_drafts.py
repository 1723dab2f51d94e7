"""Drafts of editions; and editions that nothing can change any more, not even a query typed by hand."""

import django.db.models.deletion
from django.db import migrations, models

SENTENCE = "an edition is immutable: publish the next one"
MAKE = {
    "sqlite": [
        f"""
        CREATE TRIGGER edition_is_immutable BEFORE UPDATE ON scheduler_edition
        BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END
        """
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION scheduler_edition_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation'; END $$
        """,
        """
        CREATE TRIGGER edition_is_immutable BEFORE UPDATE ON scheduler_edition
        FOR EACH ROW EXECUTE FUNCTION scheduler_edition_is_immutable()
        """,
    ],
}
DROP = {
    "sqlite": ["DROP TRIGGER edition_is_immutable"],
    "postgresql": [
        "DROP TRIGGER edition_is_immutable ON scheduler_edition",
        "DROP FUNCTION scheduler_edition_is_immutable()",
    ],
}


def make(apps, schema_editor):
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("scheduler", "0002_plans_that_change")]

    operations = [
        migrations.AddField("edition", "reasons", models.JSONField(default=dict)),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("protocol_id", models.CharField(max_length=64)),
                ("is_open", models.BooleanField(default=True)),
                ("revision", models.PositiveIntegerField(default=1)),
                ("protocol", models.TextField()),
                ("settings", models.JSONField(default=dict)),
                ("reasons", models.JSONField(default=dict)),
                ("changed_by", models.CharField(max_length=254)),
                ("changed_at", models.DateTimeField()),
                (
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scheduler.edition",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scheduler.clinic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("clinic", "protocol_id"), name="one_draft")
                ],
            },
        ),
        # SQLite loses it with the table wherever a later migration of `edition` makes the table anew; a test
        # notices.
        migrations.RunPython(make, drop),
    ]
