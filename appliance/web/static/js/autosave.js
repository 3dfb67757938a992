// A form that saves itself while one works and says so; when that fails it sends itself the plain way, so that the page tells why.
export default function autosave(form) {
  const state = form.querySelector('[data-part="state"]');
  const say = (text) => { if (state) state.textContent = text ?? ""; };
  let timer, running = Promise.resolve();

  async function save() {
    clearTimeout(timer);
    say(form.dataset.saving);
    if (await send(form)) say(form.dataset.saved);
    else HTMLFormElement.prototype.submit.call(form);
  }
  const queue = () => { running = running.then(save); };

  form.addEventListener("change", queue);
  form.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    say("");
    clearTimeout(timer);
    timer = setTimeout(queue, 1500);
  });
  form.addEventListener("submit", (event) => {
    // A button with an address of its own does something else than saving.
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    queue();
  });
}

// A redirect back to where we are means saved; a redirect elsewhere means that we are no longer known here.
async function send(form) {
  try {
    const response = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content, Accept: "application/json, text/html" },
    });
    return response.ok && (!response.redirected || new URL(response.url).pathname === location.pathname);
  } catch {
    return false;
  }
}
