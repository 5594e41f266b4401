from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assignments", "0002_scope"),
        ("journal", "0005_tenure_scope"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["issuer_unit", "due_at", "id"], name="assignment_issuer_all"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(fields=["due_at", "id"], name="assignment_all"),
        ),
        migrations.AddIndex(
            model_name="assignmentline",
            index=models.Index(fields=["unit", "due_at", "id"], name="line_unit_all"),
        ),
        migrations.AddIndex(
            model_name="assignmentline",
            index=models.Index(
                condition=models.Q(("owner_unit__isnull", False)), fields=["owner_unit"], name="line_owner"
            ),
        ),
    ]
