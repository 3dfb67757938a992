"""The operator's virus scanner, tried on a harmless file."""

import shlex
import subprocess
import tempfile

from appliance.settings import Settings


def tried(settings: Settings) -> int | None:
    """Its exit status, or None where it can't be run or takes too long."""
    with tempfile.NamedTemporaryFile(dir=settings.appliance_data) as file:
        file.write(b"Nothing is wrong with this file.\n")
        file.flush()
        try:
            done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
                [*shlex.split(settings.classhub_upload_scan_command), file.name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=settings.classhub_upload_scan_timeout_seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    return done.returncode
