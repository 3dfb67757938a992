"""How often passwords and codes of staff may be tried.

Most tries are counted for a name at one address: were they counted for the name alone, any student could keep a teacher
out of the box by guessing all through a lesson.
"""

from appliance.auth.throttle import Throttle

MINUTE, HOUR = 60, 3600
# Of the limit for one name at one address: what one address has for all names, and one name from all addresses.
AT_ADDRESS, FOR_NAME = 3, 10
CODES_A_MINUTE, CODES_AN_HOUR = 5, 30


async def count_password(throttle: Throttle, username: str, address: str, limit: int) -> None:
    """Before it is looked at. `limit` a minute for this name from this address. Raises RateLimited."""
    name = username.casefold()
    await throttle.check("sign_in", f"{name} {address}", limit, MINUTE)
    await throttle.check("sign_in_address", address, limit * AT_ADDRESS, MINUTE)
    await throttle.check("sign_in_name", name, limit * FOR_NAME, MINUTE)


async def forget_passwords(throttle: Throttle, username: str, address: str) -> None:
    """After the right one."""
    name = username.casefold()
    await throttle.reset("sign_in", f"{name} {address}")
    await throttle.reset("sign_in_name", name)


async def count_code(throttle: Throttle, staff_id: int) -> None:
    """Whoever knows the password must not find six digits by trying all night. Raises RateLimited."""
    await throttle.check("code", str(staff_id), CODES_A_MINUTE, MINUTE)
    await throttle.check("code_hour", str(staff_id), CODES_AN_HOUR, HOUR)


async def forget_codes(throttle: Throttle, staff_id: int) -> None:
    await throttle.reset("code_hour", str(staff_id))
