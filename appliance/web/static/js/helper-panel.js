// What the helper's panel shows around the conversation: place in line, stop, errors.
export function attachPanel(helper) {
  const part = (name) => helper.querySelector(`[data-part="${name}"]`);
  const box = helper.querySelector("textarea");

  function busy(answer) {
    answer?.setAttribute("aria-busy", "true");
    part("stop").hidden = !answer;
    part("send").hidden = Boolean(answer);
    part("welcome").hidden = true;
    part("again").hidden = false;
    part("place").hidden = !answer;
    if (answer) look();
    if (answer) part("error").hidden = true;
  }

  // From the question to the first word, in no line or past it.
  function look() { part("place").querySelector("p").textContent = helper.dataset.looking; }

  function wait({ place, seconds }) {
    const line = place > 1 ? helper.dataset.place : helper.dataset.first;
    const about = Math.max(5, 5 * Math.ceil(seconds / 5));
    part("place").hidden = false;
    part("place").querySelector("p").textContent = line.replace("{place}", place).replace("{seconds}", about);
  }

  function fail(text, message) {
    part("error").textContent = text || helper.dataset.failed;
    part("error").hidden = false;
    if (!box.value) box.value = message;
    box.focus({ preventScroll: true });
  }

  function restart() {
    part("log").replaceChildren(part("welcome"));
    part("welcome").hidden = false;
    part("error").hidden = part("again").hidden = true;
    box.focus({ preventScroll: true });
  }
  return { busy, look, wait, arrived: () => { part("place").hidden = true; }, fail, restart, part };
}
