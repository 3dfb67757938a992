// The token of a lesson page: fetched anew before its time is over, and once more when the box says that it is.
import { Refusal } from "./helper-stream.js";

const EARLY = 0.8, LONGEST = 2 ** 31 - 1;

// Returns renew(): true when there is a fresh token in the form; it throws the box's own words where there may be none.
export function attachScope(helper, form) {
  const { renew: url, renewSeconds } = helper.dataset;
  let timer = 0;

  const plan = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => renew().catch(() => {}), Math.min(LONGEST, seconds * 1000 * EARLY));
  };

  async function renew() {
    if (!url) return false;
    const response = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
    const said = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refusal(said.message ?? "", said.error);
    form.scope_token.value = said.scope_token;
    plan(said.seconds);
    return true;
  }

  if (url) plan(Number(renewSeconds));
  return renew;
}
