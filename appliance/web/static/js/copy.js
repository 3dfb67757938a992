// A button that copies: data-text, or the text of the element with the id in data-target; says data-copied for a moment.
export default function copy(button) {
  const words = button.lastChild;
  const before = words.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.target);
    await put(button.dataset.text ?? source?.value ?? source?.innerText.trim() ?? "");
    words.textContent = button.dataset.copied ?? before;
    setTimeout(() => { words.textContent = before; }, 2500);
  });
}

// On plain http://classroom.local browsers offer no clipboard object: the old way still works there.
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
