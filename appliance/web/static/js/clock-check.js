// Compares this device's clock with the box's: writes UTC into the hidden field, shows which of the sentences is true.
// On the element: data-box-time (ISO, UTC). Inside: [data-part=device], [data-when=same], [data-when=differs] with [data-part=difference].
const TOLERANCE_SECONDS = 120;

export default function clockCheck(element) {
  const loaded = Date.now();
  const ahead = (loaded - Date.parse(element.dataset.boxTime)) / 1000;
  const differs = Math.abs(ahead) > TOLERANCE_SECONDS;
  const language = document.documentElement.lang;
  const show = (name, text) => { for (const spot of element.querySelectorAll(`[data-part="${name}"]`)) spot.textContent = text; };

  show("device", new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(loaded));
  show("difference", amount(Math.abs(ahead), language));
  for (const sentence of element.querySelectorAll("[data-when]")) sentence.hidden = (sentence.dataset.when === "differs") !== differs;

  const field = element.querySelector('input[type="hidden"][data-part="time"]');
  const write = () => { if (field) field.value = new Date().toISOString(); };
  write();
  element.closest("form")?.addEventListener("submit", write);
}

function amount(seconds, language) {
  const steps = [["year", 31557600], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = steps.find(([, size]) => seconds >= size) ?? ["second", 1];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(seconds / size);
}
