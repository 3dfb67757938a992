// On a phone the helper is a sheet from below; the lesson stays readable and scrollable above it.
export function attachSheet(helper) {
  const opener = document.querySelector(".helper-opener");
  const close = () => {
    delete helper.dataset.open;
    opener?.setAttribute("aria-expanded", "false");
    opener?.focus({ preventScroll: true });
  };
  opener?.setAttribute("role", "button");
  opener?.setAttribute("aria-expanded", "false");
  opener?.addEventListener("click", (event) => {
    event.preventDefault();
    helper.dataset.open = "";
    opener.setAttribute("aria-expanded", "true");
    helper.focus({ preventScroll: true });
  });
  helper.querySelector('[data-part="close"]').addEventListener("click", close);
  helper.addEventListener("keydown", (event) => { if (event.key === "Escape" && "open" in helper.dataset) close(); });
  if (location.hash === "#helper") helper.dataset.open = "";
}
