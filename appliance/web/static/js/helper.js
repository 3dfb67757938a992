// The helper's conversation: asks, shows the place in line, writes the answer as it comes, keeps what was typed when it fails.
import { newAnswer } from "./helper-answer.js";
import { attachPanel } from "./helper-panel.js";
import { attachQuestions } from "./helper-question.js";
import { attachScope } from "./helper-scope.js";
import { attachSheet } from "./helper-sheet.js";
import { answerTo, Refusal } from "./helper-stream.js";

const GAP = 8;

export default function helper(element) {
  const form = element.querySelector("form.helper-form");
  const panel = attachPanel(element);
  const log = panel.part("log");
  const questions = attachQuestions(form), renew = attachScope(element, form);
  let running = null;

  attachSheet(element);
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(form.message.value.trim()); });
  form.message.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  log.addEventListener("click", (event) => {
    const button = event.target.closest("button.follow-up");
    if (button) { event.preventDefault(); ask(button.textContent.trim()); }
    const shared = event.target.closest("button.ask-anyway")?.closest(".answer");
    if (shared) ask(shared.previousElementSibling.textContent, { fresh: true, reset_conversation: true });
  });
  panel.part("stop").addEventListener("click", () => running?.abort());
  panel.part("again").addEventListener("click", () => { running?.abort(); questions.restart(); panel.restart(); });

  async function ask(message, more) {
    if (!message || running) return;
    const question = Object.assign(document.createElement("p"), { className: "question", textContent: message });
    const answer = newAnswer(element);
    running = new AbortController();
    log.querySelectorAll(".answer .follow-ups > *, .ask-anyway").forEach((entry) => entry.remove());
    log.append(question, answer.element);
    // As far down as the words go, and no further than the question: an answer is read from its beginning.
    const follow = () => { log.scrollTop += question.getBoundingClientRect().top - log.getBoundingClientRect().top - GAP; };
    if (form.message.value.trim() === message) form.message.value = "";
    panel.busy(answer.element);
    follow();
    if (matchMedia("(pointer: coarse)").matches) form.message.blur();
    try {
      await heard(message, more, answer, follow);
    } catch (problem) {
      answer.settle();
      if (running.signal.aborted) answer.note(element.dataset.stopped);
      else panel.fail(problem instanceof Refusal ? problem.message : "", message);
    }
    answer.element.removeAttribute("aria-busy");
    if (!answer.element.textContent.trim()) {
      answer.element.remove();
      // What was typed meanwhile stays in the box, and then the question stays where it can be read.
      if (form.message.value.trim() === message) question.remove();
    }
    running = null;
    panel.busy(null);
  }

  async function heard(message, more, answer, follow) {
    try {
      await hear(asked(message, more, running.signal), answer, follow);
    } catch (problem) {
      // The page has been open for too long: with a fresh token the same question goes out again.
      if (problem.code !== "invalid_scope_token" || !await renew()) throw problem;
      await hear(asked(message, more, running.signal), answer, follow);
    }
  }

  function asked(message, more, signal) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": form.csrf_token.value };
    return answerTo(questions.of(message, more), { url: element.dataset.url, headers, signal });
  }

  async function hear(events, answer, follow) {
    for await (const [name, data] of events) {
      const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
      questions.heard(name, data);
      if (name === "position") panel.wait(data);
      else if (name === "delta" || name === "done") panel.arrived();
      else panel.look();
      if (name === "delta") answer.add(data.text);
      if (name === "done") answer.finish(data);
      if (atEnd) follow();
    }
  }
}
