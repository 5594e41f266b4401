"""Who uploaded and who proposed a form, as accounts: neither puts it in force."""

from typing import ClassVar

from django.db import migrations, models

KNOWN = """
SELECT set_config('qingshan.system', 'on', true);
UPDATE ledgers_ledgertemplate t SET uploader = f.uploaded_by FROM files_storedfile f WHERE f.id = t.file_id;
UPDATE ledgers_ledgertemplate t SET proposer = e.account_id FROM journal_entry e
  WHERE e.matter_id = t.id AND e.act = 'template.propose';
"""


class Migration(migrations.Migration):
    """Hands a form went through; known from its file and its entry."""

    dependencies: ClassVar = [("ledgers", "0006_return_scope"), ("files", "0002_scope"), ("journal", "0002_guard")]
    operations: ClassVar = [
        migrations.AddField(model_name="ledgertemplate", name="proposer", field=models.UUIDField(null=True)),
        migrations.AddField(model_name="ledgertemplate", name="uploader", field=models.UUIDField(null=True)),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]
