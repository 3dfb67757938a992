// One question and its answer: yields [event, data] to the end, over a second connection when the first one breaks.
const PATIENCE = 55_000, PAUSE = 1_000;

// What the box said, and its code for it.
export class Refusal extends Error {
  constructor(message, code = "") { super(message); this.code = code; }
}

export async function* answerTo(question, { url, headers, signal }) {
  const heard = { ticket: "", last: "", at: 0 };
  // Whoever stops or leaves says so: a connection that is merely lost goes on.
  const stop = () => {
    if (heard.ticket) fetch(`/helper/tickets/${heard.ticket}/remove`, { method: "POST", headers, body: "{}", keepalive: true }).catch(() => {});
  };
  signal.addEventListener("abort", stop);
  addEventListener("pagehide", stop);
  try {
    for (;;) {
      try {
        const body = heard.ticket ? { ticket: heard.ticket } : { ...question, resumable: true };
        const response = await post(url, headers, body, heard.last, signal);
        for await (const [name, data, id] of events(response)) {
          if (name === "error") throw new Refusal(data.message ?? "", data.error);
          Object.assign(heard, { ticket: data.ticket ?? heard.ticket, last: id || heard.last, at: Date.now() });
          yield [name, data];
          if (name === "done") return;
        }
      } catch (problem) {
        if (problem instanceof Refusal || signal.aborted || !heard.ticket) throw problem;
      }
      if (!heard.ticket || Date.now() - heard.at > PATIENCE) throw new Refusal("");
      await new Promise((go) => setTimeout(go, PAUSE));
    }
  } finally {
    signal.removeEventListener("abort", stop);
    removeEventListener("pagehide", stop);
  }
}

async function post(url, headers, body, last, signal) {
  const accepts = { ...headers, Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
  const response = await fetch(url, { method: "POST", signal, headers: accepts, body: JSON.stringify(body) });
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    throw new Refusal(said.message ?? "", said.error);
  }
  return response;
}

export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest += value;
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const event = read(block);
      if (event) yield event;
    }
  }
}

// Lines that begin with a colon are the stream's heartbeat.
function read(block) {
  const fields = { event: "message", data: [], id: "" };
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === "data") fields.data.push(value);
    else if (name === "event" || name === "id") fields[name] = value;
  }
  return fields.data.length ? [fields.event, JSON.parse(fields.data.join("\n")), fields.id] : null;
}
