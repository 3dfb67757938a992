// What is ticked as it is sent: once that is saved, the next save changes what was ticked since.
export function ticksSent(form) {
  const shown = form.querySelector('[data-part="shown"]');
  const ticked = ["-", ...[...form.querySelectorAll(".check-box:checked")].map((box) => box.value)].join(" ");
  return () => { if (shown) shown.value = ticked; };
}

// What stands in the fields of a form, or of a page that came back.
export function answersOf(form) {
  return new Map([...form.querySelectorAll("textarea, input[type=radio]:checked")].map((field) => [field.name, field.value]));
}

// After saving, the card says how its work stands now, as the box wrote it into the page that came back.
export function showSaved(form, page, sent) {
  const card = form.closest(".work[id]");
  const fresh = card && new DOMParser().parseFromString(page, "text/html").getElementById(card.id);
  if (!fresh) return;
  card.dataset.state = fresh.dataset.state;
  if (showAnswers(form, answersOf(fresh), sent)) {
    for (const mark of fresh.querySelectorAll('[data-part="seen"]')) form.elements[mark.name].value = mark.value;
  }
  for (const part of [".work-head", ".work-word"]) {
    const old = card.querySelector(part), now = fresh.querySelector(part);
    if (old && now) old.replaceWith(document.adoptNode(now));
  }
}

// What another device saved comes onto the page beside what was sent from here. Whether all of it could be shown: what was
// changed here meanwhile stands, and the next save is held against it.
function showAnswers(form, saved, sent) {
  const now = answersOf(form);
  const others = [...saved].filter(([name, value]) => (sent.get(name) ?? "").trim() !== value.trim());
  const free = others.filter(([name]) => now.get(name) === sent.get(name));
  for (const [name, value] of free) form.elements[name].value = value;
  return free.length === others.length;
}
