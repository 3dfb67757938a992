// A file sent in one request with a bar and a way to stop, where no pieces are taken. Without script the same form sends it.
export default function upload(form) {
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const file = form.querySelector('input[type="file"]');
  const bar = form.querySelector("progress");
  const words = part("progress").querySelector("p");
  let request;

  function show(sending) {
    part("progress").hidden = part("cancel").hidden = !sending;
    form.querySelector('[type="submit"]').disabled = sending;
  }

  function refuse(text) {
    show(false);
    part("error").hidden = false;
    part("error").querySelector("span").textContent = text;
    file.setAttribute("aria-invalid", "true");
    file.focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    part("error").hidden = true;
    if (file.files[0]?.size > Number(form.dataset.maxBytes)) return refuse(form.dataset.tooLarge);
    request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = (100 * loaded) / total;
      words.textContent = form.dataset.sending.replace("{percent}", Math.floor(bar.value));
    });
    request.upload.addEventListener("load", () => { words.textContent = form.dataset.checking; });
    request.addEventListener("load", () => (request.status < 400 ? arrived(form) : refuse(reason(request) || form.dataset.failed)));
    request.addEventListener("error", () => refuse(form.dataset.failed));
    request.addEventListener("abort", () => show(false));
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf-token"]').content);
    request.setRequestHeader("Accept", "application/json, text/html");
    show(true);
    request.send(new FormData(form));
  });
  part("cancel").addEventListener("click", () => request.abort());
}

function arrived(form) {
  location.hash = form.closest("[id]").id;
  location.reload();
}

// A refusal comes as {error, message} or as the page with the field's error in it.
function reason(request) {
  try {
    return JSON.parse(request.responseText).message;
  } catch {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    return page.querySelector(".field-error:not([hidden]) span, .notice-error p")?.textContent;
  }
}
