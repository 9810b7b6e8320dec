"""Nothing urgent is lost, whatever is killed: a short run of tests/faults.py; `make soak` runs it long."""

import os
import subprocess
import sys

from config.embedded import ROOT


def test_killed_at_random_moments_every_alert_is_seen_once_and_in_order():
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}
    command = [sys.executable, "-m", "tests.faults", "--alerts", "25", "--kills", "5"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "lost         0" in done.stdout
