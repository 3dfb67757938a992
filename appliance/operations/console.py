"""What stands on the console once the box is ready."""

from appliance.operations.demo import Demo


def welcome(address: str, setup_code: str, demo: Demo | None) -> str:
    """`setup_code` is empty on a box that is set up."""
    lines = ["", f"  Chalkbox is ready: {address}"]
    if setup_code:
        lines += ["", f"  Set it up at      {address}/setup", f"  Setup code        {setup_code}"]
    if demo is not None:
        lines += [
            "",
            f"  Class code        {demo.classroom.spaced_join_code}",
            f"  Students          {address}/join/{demo.classroom.join_code}",
            f"  Teacher (once)    {address}/sign-in/link/{demo.sign_in_token}",
        ]
    return "\n".join([*lines, ""])
