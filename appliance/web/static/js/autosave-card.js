// What is ticked as it is sent: once that is saved, the next save changes what was ticked since.
export function ticksSent(form) {
  const shown = form.querySelector('[data-part="shown"]');
  const ticked = ["-", ...[...form.querySelectorAll(".check-box:checked")].map((box) => box.value)].join(" ");
  return () => { if (shown) shown.value = ticked; };
}

// After saving, the card says how its work stands now, as the box wrote it into the page that came back.
export function showSaved(form, page) {
  const card = form.closest(".work[id]");
  const fresh = card && new DOMParser().parseFromString(page, "text/html").getElementById(card.id);
  if (!fresh) return;
  card.dataset.state = fresh.dataset.state;
  const seen = form.querySelector('[data-part="seen"]'), now = fresh.querySelector('[data-part="seen"]');
  if (seen && now) seen.value = now.value;
  for (const part of [".work-head", ".work-word"]) {
    const old = card.querySelector(part), now = fresh.querySelector(part);
    if (old && now) old.replaceWith(document.adoptNode(now));
  }
}
