"""`python -m tests.care`: learn the weights of care anew and write them where the box reads them."""

from appliance.helper.care_weights import write
from tests.care.training import WEIGHTS, trained

write(trained(), WEIGHTS)
print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size} bytes")
