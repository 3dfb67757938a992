// How many characters of a field are used.
export default function count(field) {
  const shown = document.getElementById(field.dataset.shown);
  const say = () => { shown.textContent = field.dataset.used.replace("{used}", field.value.length); };
  field.addEventListener("input", say);
  say();
}
