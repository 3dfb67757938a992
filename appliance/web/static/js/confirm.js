// A form that asks first: data-question says what goes and what stays, data-yes names the button.
export default function confirm(form) {
  let answered = false;
  form.addEventListener("submit", (event) => {
    if (answered) return;
    event.preventDefault();
    const submitter = event.submitter;
    // For this one press: a page that is come back to asks again.
    ask(form, () => { answered = true; form.requestSubmit(submitter); answered = false; });
  });
}

function ask(form, go) {
  const dialog = document.getElementById("confirm-dialog").content.cloneNode(true).firstElementChild;
  dialog.querySelector("p").textContent = form.dataset.question;
  if (form.dataset.yes) dialog.querySelector('[value="yes"]').textContent = form.dataset.yes;
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "yes") go();
  });
  document.body.append(dialog);
  dialog.showModal();
}
