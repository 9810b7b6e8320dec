"""What pages need is put in place whole: a set-up may run beside a server, the tests and another set-up."""

import subprocess
import sys

from django.conf import settings

from deploy.build_static import FILES, VENDOR


def test_two_set_ups_at_once_never_show_a_part_of_a_file():
    whole = {name: (VENDOR / name).stat().st_size for name in FILES.values()}
    build = [sys.executable, str(settings.ROOT / "deploy" / "build_static.py")]
    running = [subprocess.Popen(build, stdout=subprocess.DEVNULL) for _n in range(2)]
    seen = set()
    while any(process.poll() is None for process in running):
        seen.update((name, (VENDOR / name).stat().st_size) for name in whole)
    assert [process.returncode for process in running] == [0, 0]
    assert seen == set(whole.items())
