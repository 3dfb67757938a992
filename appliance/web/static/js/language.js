// The language chooser sends itself.
export default function language(form) {
  form.querySelector("select").addEventListener("change", () => form.requestSubmit());
}
