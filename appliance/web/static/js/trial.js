// "Try it as a student" without leaving the page: the place in line, the words as they come, then all that was behind them.
import { events } from "./helper-stream.js";

export default function trial(form) {
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const [ask, stop, place, error, draft, result] = ["try", "stop", "place", "error", "draft", "result"].map(part);
  let running = null;

  form.addEventListener("submit", (event) => {
    if (event.submitter !== ask) return;
    event.preventDefault();
    if (!running) run();
  });
  form.question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask.click(); }
  });
  stop.addEventListener("click", () => running?.abort());

  async function run() {
    running = new AbortController();
    error.hidden = draft.hidden = true;
    draft.querySelector("p").textContent = "";
    result.replaceChildren();
    busy(form.dataset.working);
    try {
      for await (const [name, data] of await answered()) hear(name, data);
    } catch (problem) {
      error.textContent = running.signal.aborted ? form.dataset.stopped : problem.message || form.dataset.failed;
      error.hidden = false;
    }
    running = null;
    busy("");
  }

  async function answered() {
    const response = await fetch(ask.formAction, {
      method: "POST", body: new URLSearchParams(new FormData(form)), signal: running.signal,
      headers: { Accept: "application/json, text/event-stream" },
    });
    if (!response.ok) throw new Error((await response.json().catch(() => ({}))).message ?? "");
    return events(response);
  }

  function hear(name, data) {
    if (name === "error") throw new Error(data.message);
    if (name === "position") busy(form.dataset.place.replace("{place}", data.place).replace("{seconds}", data.seconds));
    if (name === "delta") {
      busy(form.dataset.working);
      draft.hidden = false;
      draft.querySelector("p").textContent += data.text;
    }
    if (name === "done") {
      // Drawn by the box from its own template, every text in it escaped.
      result.replaceChildren(document.createRange().createContextualFragment(data.html));
      draft.hidden = true;
    }
  }

  function busy(words) {
    place.hidden = stop.hidden = !words;
    ask.hidden = Boolean(words);
    if (words) place.firstElementChild.textContent = words;
  }
}
