// Whether an answer helped: one press says so, a press on the other changes it, a press on the same takes it back.
export function thumbsFor(helper, { request_id: id, scope_verified: isRated }) {
  const template = helper.querySelector('template[data-template="thumbs"]');
  if (!template || !isRated || !id) return null;
  const form = template.content.cloneNode(true).firstElementChild;
  const said = form.querySelector('[role="status"]');
  const buttons = [...form.querySelectorAll("button")];
  const show = (thumb) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.value === thumb)));
  show("none");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pressed = event.submitter;
    const thumb = pressed.getAttribute("aria-pressed") === "true" ? "none" : pressed.value;
    const is_kept = await sent(form, { request_id: id, thumb });
    if (is_kept) show(thumb);
    said.textContent = !is_kept ? form.dataset.failed : thumb === "none" ? "" : form.dataset.thanks;
  });
  return form;
}

async function sent(form, body) {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": form.csrf_token.value };
  try {
    return (await fetch(form.action, { method: "POST", headers, body: JSON.stringify(body) })).ok;
  } catch {
    return false;
  }
}
