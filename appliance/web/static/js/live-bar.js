// The buttons that tell the teacher how it goes, without leaving the page; and a sign now and then that one is still reading.
const QUIET_MINUTES = 3, WAITING_SECONDS = 20;

export default function liveBar(form) {
  const note = form.querySelector('[data-part="state"]');
  const buttons = [...form.querySelectorAll("button[data-state]")];
  let timer;

  async function tell(what) {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams({ say: what }),
      headers: { "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content, Accept: "application/json" },
    }).catch(() => null);
    if (!response?.ok) return false;
    show(await response.json());
    return true;
  }

  function show({ state, hand_up }) {
    for (const button of buttons) {
      const isHand = button.dataset.state === "hand";
      const isOn = isHand ? hand_up : button.dataset.state === state;
      button.setAttribute("aria-pressed", String(isOn));
      button.value = isHand ? (isOn ? "hand-down" : "hand-up") : isOn ? "working" : button.dataset.state;
    }
    plan(hand_up);
  }

  // Somebody who waits with a hand up wants to know soon that it was seen.
  function plan(isWaiting) {
    clearTimeout(timer);
    timer = setTimeout(look, 1000 * (isWaiting ? WAITING_SECONDS : QUIET_MINUTES * 60));
  }

  async function look() {
    const isWaiting = buttons.some((button) => button.value === "hand-down");
    if (document.hidden || !(await tell("here"))) plan(isWaiting);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    note.textContent = (await tell(event.submitter.value)) ? form.dataset.said : form.dataset.failed;
  });
  plan(buttons.some((button) => button.value === "hand-down"));
}
