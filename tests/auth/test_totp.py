"""Six-digit codes."""

from xml.etree import ElementTree

import pyotp
import pytest

from appliance.auth.accounts import Staff, confirm_totp
from appliance.auth.totp import accept_code, matching_step, new_secret, otpauth_uri, qr_svg, secret_of
from appliance.errors import NotFound
from appliance.storage.database import Database

from .conftest import A_TUESDAY, HandClock
