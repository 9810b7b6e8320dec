import os,sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings"); os.environ["DATABASE_AS_OWNER"] = "1"
import django; django.setup()
from django.core.management import call_command
call_command("bootstrap")
from benchmarks import patterns
from benchmarks.measure import counts
patterns.SEEDS=int(sys.argv[1])
print(counts(patterns.run(is_quick=False)))
