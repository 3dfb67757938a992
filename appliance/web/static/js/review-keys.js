// Reviewing by keyboard, and kept comments put into the comment field. Nothing typed is left behind without a question.
export default function reviewKeys(page) {
  const part = (name) => page.querySelector(`[data-part="${name}"]`);
  const comment = page.querySelector('[name="comment"]');
  const steps = { j: "after", k: "before" };
  const fields = { c: comment, s: page.querySelector('[name="score"]') };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      part(event.shiftKey ? "return" : "done")?.click();
      return;
    }
    const isTyping = event.target.closest("input, textarea, select, audio, video");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (steps[key]) part(steps[key])?.click();
    if (fields[key]) {
      event.preventDefault();
      fields[key].focus();
    }
  });

  // What was refused may lie far below the work.
  const wrong = page.querySelector('[aria-invalid="true"]');
  if (wrong) wrong.focus();
  else page.querySelector("form .notice, .review-word > .notice")?.scrollIntoView({ block: "center" });

  // Who may only look has no form.
  if (!comment) return;
  // With script a choice is enough; and Enter in the score must go on meaning "done".
  part("put-in")?.remove();
  const form = comment.form;
  let isSaved = true;
  form.addEventListener("input", () => { isSaved = false; });
  form.addEventListener("submit", () => { isSaved = true; });
  window.addEventListener("beforeunload", (event) => { if (!isSaved) event.preventDefault(); });

  part("saved")?.addEventListener("change", (event) => {
    const words = event.target.value;
    if (!words) return;
    comment.value = [comment.value.trim(), words].filter(Boolean).join("\n");
    event.target.value = "";
    isSaved = false;
    comment.focus();
  });
}
