// A form that saves itself while one works and says so. What can't be saved now waits on the page and goes when the Wi-Fi is
// back; what the box refuses is sent the plain way, so that the page tells why.
import { answersOf, showSaved, ticksSent } from "./autosave-card.js";
import { draftOf } from "./autosave-draft.js";

const TYPED = 1500, AGAIN = 5000;

export default function autosave(form) {
  const state = form.querySelector('[data-part="state"]');
  const say = (text) => { if (state) state.textContent = text ?? ""; };
  const draft = draftOf(form);
  let timer, running = Promise.resolve(), isChanged = false, isWaiting = false;

  async function save() {
    clearTimeout(timer);
    if (!isWaiting) say(form.dataset.saving);
    isChanged = false;
    const keepTicks = ticksSent(form), sent = answersOf(form);
    const [answer, page, why] = await send(form);
    isWaiting = answer === "lost";
    if (answer === "refused") return plain();
    isChanged ||= isWaiting;
    if (!isChanged) draft.forget();
    if (page) { keepTicks(); showSaved(form, page, sent); }
    if (isWaiting) { say(why || form.dataset.waiting); later(AGAIN); }
    else say(isChanged ? "" : form.dataset.saved);
  }
  const queue = () => { running = running.then(save); };
  const later = (delay) => { clearTimeout(timer); timer = setTimeout(queue, delay); };
  function plain() { isChanged = isWaiting = false; HTMLFormElement.prototype.submit.call(form); }

  form.addEventListener("change", () => { isChanged = true; queue(); });
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    isChanged = true;
    draft.keep(event.target);
    if (!isWaiting) say("");
    later(TYPED);
  });
  form.addEventListener("submit", (event) => {
    // A button with an address of its own does something else than saving.
    if (event.submitter?.hasAttribute("formaction")) { isChanged = isWaiting = false; return; }
    event.preventDefault();
    queue();
  });
  addEventListener("online", () => { if (isWaiting) queue(); });
  // Whoever leaves within a breath of the last letter takes nothing unsaved along.
  addEventListener("pagehide", () => { if (isChanged) send(form, true); });
  addEventListener("beforeunload", (event) => { if (isWaiting) event.preventDefault(); });
  const isAhead = isTouched(form);
  if (draft.restore() || isAhead) { isChanged = true; queue(); }
}

// Whether somebody was quicker than this script: on a slow phone the page stands long before it.
function isTouched(form) {
  return [...form.elements].some((field) => field instanceof HTMLTextAreaElement
    ? field.value !== field.defaultValue
    : (field.type === "checkbox" || field.type === "radio") && field.checked !== field.defaultChecked);
}

// A redirect back to where we are means saved; a redirect elsewhere means that we are no longer known here.
async function send(form, isLast = false) {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      keepalive: isLast,
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content, Accept: "application/json, text/html" },
    });
    if (response.status >= 500 || response.status === 429) return ["lost", "", (await response.json().catch(() => ({}))).message];
    const isHere = response.ok && (!response.redirected || new URL(response.url).pathname === location.pathname);
    return isHere ? ["saved", await response.text()] : ["refused"];
  } catch {
    return ["lost"];
  }
}
