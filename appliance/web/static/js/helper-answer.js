// One answer of the helper on the page. Everything from the model goes in as text, never as markup.
import { passageOf } from "./helper-passage.js";
import { thumbsFor } from "./helper-thumbs.js";

const MARK = /\[([A-Za-z]{1,3}\d{1,3})\]/;
const HALF_A_MARK = /\s*\[[A-Za-z]{0,3}\d{0,3}$/;

export function newAnswer(helper) {
  const element = copyOf(helper, "answer");
  const body = element.querySelector(".answer-text");
  let text = "", numbers = new Map();

  const numberOf = (id) => numbers.get(id) ?? numbers.set(id, numbers.size + 1).get(id);

  // citations is null while the answer is being written: the numbers stand already, what they open comes at the end.
  function draw(citations) {
    numbers = new Map();
    const known = (id) => citations === null || citations.some((citation) => citation.id === id);
    const open = (id) => chip(numberOf(id), citations?.find((citation) => citation.id === id));
    const paragraphs = text.replace(HALF_A_MARK, "").trim().split(/\n{2,}/).map((part) => {
      const line = document.createElement("p");
      const passages = [];
      const pieces = part.split(MARK);
      pieces.forEach((piece, index) => {
        if (index % 2 && known(piece)) line.append(...take(open(piece), passages));
        else if (index % 2 === 0) line.append(index + 1 < pieces.length && !known(pieces[index + 1]) ? piece.trimEnd() : piece);
      });
      return [line, ...passages];
    });
    body.replaceChildren(...paragraphs.flat());
    const unmarked = (citations ?? []).filter(({ id }) => !numbers.has(id));
    if (unmarked.length) {
      const row = copyOf(helper, "sources");
      const passages = [];
      for (const { id } of unmarked) row.append(...take(open(id), passages));
      body.append(row, ...passages);
    }
  }

  function chip(number, citation) {
    if (!citation) return [Object.assign(document.createElement("span"), { className: "cite", textContent: number })];
    return passageOf(copyOf(helper, "passage"), number, citation);
  }

  function finish(answer) {
    text = answer.text;
    draw(answer.citations ?? []);
    const entries = (answer.follow_up_suggestions ?? []).map((words) => filled("follow-up", words));
    element.querySelector(".follow-ups").replaceChildren(...entries);
    const thumbs = thumbsFor(helper, answer);
    if (thumbs) body.after(thumbs);
    if (answer.shared) element.querySelector(".answer-text").after(copyOf(helper, "shared"));
  }

  function filled(name, words) {
    const entry = copyOf(helper, name);
    entry.querySelector("span").textContent = words;
    return entry;
  }

  return {
    element,
    finish,
    add: (words) => { text += words; draw(null); },
    settle: () => draw([]),
    note: (words) => element.append(filled("note", words)),
  };
}

function take([chip, passage], passages) {
  if (passage) passages.push(passage);
  return [chip];
}

function copyOf(helper, name) {
  return helper.querySelector(`template[data-template="${name}"]`).content.cloneNode(true).firstElementChild;
}
