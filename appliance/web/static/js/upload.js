// A hand-in with a bar, a way to stop, and patience with the Wi-Fi. Without this module the same form sends the same file.
import { isSame, leftBehind, memory } from "./upload-memory.js";
import { ask, isLasting, sendInPieces } from "./upload-pieces.js";

export default function upload(form) {
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const files = [...form.querySelectorAll('input[type="file"]')];
  const bar = form.querySelector("progress");
  const words = part("progress").querySelector("p");
  const place = form.dataset.pieces;
  const saved = memory(`upload:${place}`);
  let sending = null;

  const say = (text, values = {}) => { words.textContent = text.replace(/{(\w+)}/g, (_, name) => values[name]); };
  const chosen = () => files.map((input) => input.files[0]).find(Boolean);
  const percent = (bytes, file) => Math.floor((100 * bytes) / Math.max(file.size, 1));

  function show(isSending) {
    part("progress").hidden = part("cancel").hidden = !isSending;
    form.querySelector('[type="submit"]').disabled = isSending;
  }

  function refuse(text) {
    show(false);
    part("error").hidden = false;
    part("error").querySelector("span").textContent = text;
    files[0].setAttribute("aria-invalid", "true");
    files[0].focus();
  }

  async function send(file) {
    sending = new AbortController();
    show(true);
    const known = saved.read();
    const reporter = {
      sent: (bytes) => { bar.value = percent(bytes, file); say(form.dataset.sending, { percent: bar.value }); },
      checking: () => { bar.value = 100; say(form.dataset.checking); },
      waiting: () => say(form.dataset.waiting, { percent: bar.value }),
    };
    const remember = (id) => saved.write({ id, name: file.name, size: file.size, lastModified: file.lastModified });
    const fields = { note: form.elements.note?.value ?? "", share: form.elements.share?.checked ?? false };
    const id = known && isSame(known, file) ? known.id : null;
    try {
      await sendInPieces(file, place, fields, { id, remember, show: reporter, signal: sending.signal });
      saved.forget();
      location.hash = form.closest("[id]").id;
      location.reload();
    } catch (problem) {
      if (problem.stopped) return show(false);
      if (problem.status && !isLasting(problem.error)) saved.forget();
      refuse(problem.message || form.dataset.failed);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = chosen();
    part("error").hidden = true;
    if (!file) return refuse(form.dataset.missing);
    if (file.size > Number(form.dataset.maxBytes)) return refuse(form.dataset.tooLarge);
    send(file);
  });
  for (const input of files) {
    input.addEventListener("change", () => files.filter((other) => other !== input).forEach((other) => { other.value = ""; }));
  }
  part("cancel").addEventListener("click", () => {
    const known = saved.read();
    sending?.abort();
    saved.forget();
    if (known) ask("POST", `${place}/${known.id}/cancel`).catch(() => {});
  });
  leftBehind(saved, place).then((left) => {
    if (!left || sending) return;
    part("progress").hidden = false;
    bar.value = left.percent;
    say(form.dataset.resume, left);
  });
}
