// A button that opens the <dialog> whose id is in data-target; anything with value="close" inside closes it.
export default function dialog(button) {
  const target = document.getElementById(button.dataset.target);
  button.addEventListener("click", () => target.showModal());
  target.addEventListener("click", (event) => {
    if (event.target === target || event.target.closest('[value="close"]')) target.close();
  });
}
