// Several files, chosen or dragged in, each sent alone with a bar of its own: one that fails stops no other.
// Without script the same form sends them together.
import { ask } from "./upload-pieces.js";
import { place, row } from "./upload-rows.js";

// The box may look at a large film for a while after its last byte.
const PATIENCE = 120000;

export default function uploadMany(form) {
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const input = form.querySelector('input[type="file"]');
  const button = form.querySelector('[type="submit"]');
  const { dataset } = form;
  let sending = null;

  place(part("drop"), input);
  part("cancel").addEventListener("click", () => sending?.abort());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendAll([...input.files]);
  });

  function busy(isBusy) {
    part("cancel").hidden = !isBusy;
    input.disabled = button.disabled = isBusy;
  }

  async function sendAll(files) {
    const said = new FormData(form);
    said.delete("file");
    if (files.length > 1) said.set("many", "1");
    const rows = files.map((file) => row(part("row"), file));
    part("files").replaceChildren(...rows.map(({ element }) => element));
    part("error").hidden = true;
    input.removeAttribute("aria-invalid");
    busy(true);
    sending = new AbortController();
    const again = [];
    let kept = 0;
    for (const [at, file] of files.entries()) {
      part("said").textContent = dataset.now.replace("{at}", at + 1).replace("{all}", files.length);
      const problem = await sendOne(file, said, rows[at]);
      kept += problem === null;
      if (problem?.mayPass) again.push(file);
    }
    busy(false);
    if (kept === files.length) return location.replace(location.pathname);
    choose(again);
    part("said").textContent = dataset.kept.replace("{kept}", kept).replace("{all}", files.length);
    part("again").hidden = kept === 0;
    button.focus();
  }

  // Null when it is on the box.
  async function sendOne(file, said, shown) {
    if (sending.signal.aborted) return shown.refuse(dataset.stopped, true);
    if (file.size > Number(dataset.maxBytes)) return shown.refuse(dataset.tooLarge, false);
    const body = new FormData();
    for (const [name, value] of said) body.append(name, value);
    body.append("file", file);
    try {
      const moved = ({ loaded, total }) => shown.sent(Math.floor((100 * loaded) / total), loaded < total ? dataset.sending : dataset.checking);
      await ask("POST", form.action, { body, moved, signal: sending.signal, patience: PATIENCE });
    } catch ({ status, message, stopped }) {
      return shown.refuse(stopped ? dataset.stopped : message || dataset.failed, !status || status >= 500);
    }
    return shown.done(dataset.done);
  }

  // What could go well at another try stays chosen.
  function choose(files) {
    const chosen = new DataTransfer();
    files.forEach((file) => chosen.items.add(file));
    input.files = chosen.files;
  }
}
