// A citation: the numbered chip, and the passage that it opens in place below its paragraph.
export function passageOf(passage, number, { source, text, url }) {
  const chip = Object.assign(document.createElement("button"), { type: "button", className: "cite", textContent: number });
  const link = passage.querySelector("a");
  passage.hidden = true;
  passage.querySelector("strong").textContent = source;
  passage.querySelector(".passage-text").textContent = text;
  if (/^\/(?!\/)/.test(url ?? "")) link.href = url;
  else link.parentElement.remove();
  chip.setAttribute("aria-label", `${number}: ${source}`);
  chip.setAttribute("aria-expanded", "false");
  chip.addEventListener("click", () => {
    passage.hidden = !passage.hidden;
    chip.setAttribute("aria-expanded", String(!passage.hidden));
  });
  return [chip, passage];
}
