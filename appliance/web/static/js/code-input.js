// A class code as it is typed or pasted: capitals, no spaces or dashes, the caret where it was.
export default function codeInput(input) {
  const clean = (text) => text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  input.addEventListener("input", (event) => {
    if (event.isComposing) return;
    const caret = clean(input.value.slice(0, input.selectionStart)).length;
    input.value = clean(input.value);
    input.setSelectionRange(caret, caret);
  });
}
