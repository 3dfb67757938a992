// A button that shows and hides: a password field becomes readable, any other element appears.
export default function reveal(button) {
  const target = document.getElementById(button.dataset.target);
  const words = { true: button.dataset.hide, false: button.textContent };
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = words[shown];
    if (target instanceof HTMLInputElement) target.type = shown ? "text" : "password";
    else target.hidden = !shown;
  });
}
