// Finds every [data-behaviour] and loads only the modules that the page names. Each module exports one function of the element.
const attached = [];
for (const element of document.querySelectorAll("[data-behaviour]")) {
  for (const name of element.dataset.behaviour.split(" ")) {
    if (/^[a-z-]+$/.test(name)) attached.push(import(`./${name}.js`).then((module) => module.default(element)));
  }
}
// Until then the page works as it does without script; whoever drives it can see when that ends.
Promise.allSettled(attached).then(() => { document.documentElement.dataset.script = "attached"; });
