// One answer of the helper on the page. Everything from the model goes in as text, never as markup.
const MARK = /\[([A-Za-z]{1,3}\d{1,3})\]/;

export function newAnswer(helper) {
  const element = copyOf(helper, "answer");
  const body = element.querySelector(".answer-text");
  const chips = new Map();

  function paragraph(text, citations) {
    const lines = document.createElement("p");
    const passages = [];
    text.split(MARK).forEach((piece, index) => {
      const citation = index % 2 ? citations.find(({ id }) => id === piece) : null;
      if (citation) lines.append(chip(citation, passages));
      else if (index % 2 === 0) lines.append(piece);
    });
    body.append(lines, ...passages);
  }

  function chip(citation, passages) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "cite", title: citation.source });
    const number = chips.get(citation.id) ?? chips.set(citation.id, chips.size + 1).get(citation.id);
    const passage = passageOf(helper, citation);
    button.textContent = number;
    button.setAttribute("aria-label", `${number}: ${citation.source}`);
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => {
      passage.hidden = !passage.hidden;
      button.setAttribute("aria-expanded", String(!passage.hidden));
    });
    passages.push(passage);
    return button;
  }

  function draw(text, citations = []) {
    body.replaceChildren();
    chips.clear();
    for (const piece of text.trim().split(/\n{2,}/)) paragraph(piece, citations);
    const unmarked = citations.filter(({ id }) => !chips.has(id));
    if (text && unmarked.length) {
      const row = copyOf(helper, "sources");
      const passages = [];
      row.append(...unmarked.map((citation) => chip(citation, passages)));
      body.append(row, ...passages);
    }
  }

  function note(text) {
    const line = copyOf(helper, "note");
    line.querySelector("span").textContent = text;
    element.append(line);
  }

  function finish({ text, citations, follow_up_suggestions: suggestions }) {
    draw(text, citations);
    const entries = (suggestions ?? []).map((words) => {
      const entry = copyOf(helper, "follow-up");
      entry.querySelector("span").textContent = words;
      return entry;
    });
    element.querySelector(".follow-ups").replaceChildren(...entries);
  }
  return { element, draw, note, finish };
}

function passageOf(helper, citation) {
  const passage = copyOf(helper, "passage");
  const link = passage.querySelector("a");
  passage.hidden = true;
  passage.querySelector("strong").textContent = citation.source;
  passage.querySelector(".passage-text").textContent = citation.text;
  if (/^\/(?!\/)/.test(citation.url ?? "")) link.href = citation.url;
  else link.parentElement.remove();
  return passage;
}

export function copyOf(helper, name) {
  return helper.querySelector(`template[data-template="${name}"]`).content.cloneNode(true).firstElementChild;
}
