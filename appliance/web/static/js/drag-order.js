// Dragging on top of the Up and Down buttons: what is dropped goes to its new place by the same form that the buttons send.
export default function dragOrder(root) {
  let dragged = null, home = null;
  for (const item of root.querySelectorAll('[data-part="draggable"]')) {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => {
      // A material inside a module is dragged alone; a field or a link in it keeps its own dragging.
      if (dragged || event.target.closest("a, input, select, textarea")) return;
      dragged = item;
      home = [item.parentElement, item.nextElementSibling];
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      item.classList.add("is-dragged");
    });
    item.addEventListener("dragend", (event) => {
      item.classList.remove("is-dragged");
      // Let go elsewhere, or Escape: nothing was sent, so it goes back to where it is for the box.
      if (item === dragged && event.dataTransfer.dropEffect === "none") home[0].insertBefore(item, home[1]);
      dragged = null;
    });
  }
  root.addEventListener("dragover", (event) => {
    const list = listFor(root, event.target, dragged);
    if (!list) return;
    event.preventDefault();
    list.insertBefore(dragged, itemBelow(list, dragged, event.clientY));
  });
  root.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const list = dragged.parentElement;
    send(root, dragged.dataset.move, [...list.children].indexOf(dragged), list.dataset.module ?? "");
  });
}

// Modules are put among modules, materials into any module's list.
function listFor(root, target, dragged) {
  if (!dragged) return null;
  if (dragged.parentElement === root) return root;
  return target.closest("[data-module]") ?? target.closest('[data-part="draggable"]')?.querySelector("[data-module]");
}

function itemBelow(list, dragged, y) {
  const others = [...list.children].filter((child) => child !== dragged);
  return others.find((child) => {
    const box = child.getBoundingClientRect();
    return y < box.top + box.height / 2;
  }) ?? null;
}

function send(root, address, place, module) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  for (const [name, value] of Object.entries({ csrf_token: token, place, module })) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  root.after(form);
  form.submit();
}
