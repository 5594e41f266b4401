"""Several sources of one lead with their numbers and duties to answer, and further units that see a lead."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import qingshan.commons.base.ids


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0001_initial"),
        ("files", "0002_scope"),
        ("leads", "0011_keys_by_set"),
        ("people", "0002_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="SourceReply",
            fields=[
                ("id", models.UUIDField(default=qingshan.commons.base.ids.new_id, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=8)),
                ("text", models.TextField()),
                ("to_whom", models.CharField(max_length=120)),
                ("paper_no", models.CharField(blank=True, max_length=120)),
                ("replied_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="lead",
            name="parties",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                blank=True,
                db_default=models.Value(
                    [], django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="came_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="dated",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="entered_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="source",
            name="note",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="source",
            name="number",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="source",
            name="origin",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="source",
            name="platform_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="platform_no",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="source",
            name="platform_state",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="source",
            name="reply_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="reply_state",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="source",
            name="seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="seen_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="source",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.unit",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=django.contrib.postgres.indexes.GinIndex(fields=["parties"], name="lead_parties"),
        ),
        migrations.AddIndex(
            model_name="source",
            index=models.Index(
                condition=models.Q(("reply_state", "open")), fields=["reply_due_at", "id"], name="source_reply_open"
            ),
        ),
        migrations.AddIndex(
            model_name="source",
            index=models.Index(
                condition=models.Q(("platform_state", "open")),
                fields=["platform_due_at", "id"],
                name="source_platform_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("platform_state__in", ["", "open", "done"]), ("reply_state__in", ["", "open", "done", "waived"])
                ),
                name="source_states_known",
            ),
        ),
        migrations.AddField(
            model_name="sourcereply",
            name="file",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="sourcereply",
            name="source",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.source"),
        ),
        migrations.AddConstraint(
            model_name="sourcereply",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["interim", "final", "waiver"])), name="reply_kind_known"
            ),
        ),
    ]
