"""Further units that read a matter and write to it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0006_keys_by_set"),
    ]

    operations = [
        migrations.AddField(
            model_name="matter",
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
    ]
