// Finds every [data-behaviour] and loads only the modules that the page names. Each module exports one function of the element.
for (const element of document.querySelectorAll("[data-behaviour]")) {
  for (const name of element.dataset.behaviour.split(" ")) {
    if (/^[a-z-]+$/.test(name)) import(`./${name}.js`).then((module) => module.default(element));
  }
}
