// After saving, the card says how its work stands now, as the box wrote it into the page that came back.
export function showSaved(form, page) {
  const card = form.closest(".work[id]");
  const fresh = card && new DOMParser().parseFromString(page, "text/html").getElementById(card.id);
  if (!fresh) return;
  card.dataset.state = fresh.dataset.state;
  for (const part of [".work-head", ".work-word"]) {
    const old = card.querySelector(part), now = fresh.querySelector(part);
    if (old && now) old.replaceWith(document.adoptNode(now));
  }
}
