// A return code in letters or pictures: keys add to the field without a trip to the box, and the pictures follow what is typed.
export default function emojiKeypad(form) {
  const input = form.querySelector("[data-part=code]");
  const shown = form.querySelector("[data-part=pictures]");
  const keys = [...form.querySelectorAll(".keypad-key")];
  const pictures = new Map(keys.map((key) => [key.value, key.firstElementChild.textContent]));
  const symbols = new Map([...pictures].map(([symbol, picture]) => [picture, symbol]));

  const clean = (text) => [...text].map((sign) => symbols.get(sign) ?? sign).join("").toUpperCase().replace(/[^A-Z0-9]/g, "");
  const show = () => { shown.textContent = [...input.value].map((symbol) => pictures.get(symbol) ?? "").join(""); };

  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const caret = clean(input.value.slice(0, input.selectionStart)).length;
    input.value = clean(input.value);
    input.setSelectionRange(caret, caret);
    show();
  });
  form.addEventListener("submit", (event) => {
    const pressed = event.submitter?.name === "press" ? event.submitter.value : "";
    if (!pressed) return;
    event.preventDefault();
    input.value = pressed === "back" ? input.value.slice(0, -1) : (clean(input.value) + pressed).slice(0, 20);
    show();
  });
}
