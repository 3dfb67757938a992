// What a form of several files shows: a place to drag them to, and a line with a bar for each.
export function place(target, input) {
  const has = (event) => event.dataTransfer?.types.includes("Files") && !input.disabled;
  for (const name of ["dragenter", "dragover"]) {
    target.addEventListener(name, (event) => {
      if (!has(event)) return;
      event.preventDefault();
      target.dataset.over = "";
    });
  }
  for (const name of ["dragleave", "drop"]) {
    target.addEventListener(name, (event) => {
      if (name === "drop" || !target.contains(event.relatedTarget)) delete target.dataset.over;
    });
  }
  target.addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    input.focus();
  });
}

export function row(template, file) {
  const element = template.content.cloneNode(true).firstElementChild;
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  const bar = element.querySelector("progress");
  element.querySelector(".upload-name").textContent = file.name;
  bar.setAttribute("aria-label", `${bar.getAttribute("aria-label")}: ${file.name}`);
  const end = (state) => { bar.hidden = true; element.dataset.state = state; };
  return {
    element,
    sent(percent, words) { bar.value = percent; part("words").textContent = words.replace("{percent}", percent); },
    done(words) { end("done"); part("words").textContent = words; return null; },
    refuse(words, mayPass) {
      end("refused");
      part("words").textContent = "";
      part("why").hidden = false;
      part("why").querySelector("span").textContent = words;
      return { mayPass };
    },
  };
}
