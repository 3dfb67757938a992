// Sends a file piece by piece. A line that breaks costs a wait, and no byte that came before.
const PIECE = 2 * 1024 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30];
// Nothing moves for so long: the Wi-Fi is gone and nobody said so.
const STALLED = 30000;
const CHECKING = 120000;
const TRIES = 5;

// place: where uploads of this material begin; fields: what stands beside the file now; show: what to tell meanwhile.
export async function sendInPieces(file, place, fields, { id, remember, show, signal }) {
  for (let round = 0, stuck = 0; ; round += 1) {
    let reached = false;
    try {
      if (!id) {
        const announced = { filename: file.name, size: file.size, ...fields };
        ({ id } = await ask("POST", place, { json: announced, signal }));
        remember(id);
      }
      const url = `${place}/${id}`;
      let { received, submission_id: done } = await ask("GET", url, { signal });
      reached = true;
      while (done === null && received < file.size) {
        show.sent(received);
        const moved = ({ loaded }) => show.sent(received + loaded);
        const piece = file.slice(received, received + PIECE);
        ({ received } = await ask("PUT", url, { body: piece, offset: received, moved, signal }));
        round = stuck = 0;
      }
      show.checking();
      return await ask("POST", `${url}/finish`, { json: fields, patience: CHECKING, signal });
    } catch (problem) {
      if (problem.stopped) throw problem;
      if (problem.error === "upload_over") id = null;
      else if (problem.status && !mayPass(problem)) throw problem;
      // The box is there and this file can't be read: no waiting helps.
      stuck += reached;
      if (stuck > TRIES) throw problem;
      show.waiting();
      await pause(WAITS[Math.min(round, WAITS.length - 1)], signal);
    }
  }
}

// What a scanner keeps out for now, or an operator, is no matter of seconds.
export const isLasting = (error) => ["scan_failed", "site_mode_restricted"].includes(error);
const mayPass = ({ status, error }) =>
  (status >= 500 && !isLasting(error)) || status === 429 || ["wrong_offset", "taken_over", "upload_stalled"].includes(error);

export function ask(method, url, { json, body, offset, moved, signal, patience = STALLED } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let timer;
    const watch = () => { clearTimeout(timer); timer = setTimeout(stop, patience); };
    const problem = (said) => reject(Object.assign(new Error(said.message ?? ""), said));
    if (signal?.aborted) return problem({ stopped: true }); // between two requests, while there was no Wi-Fi
    request.open(method, url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", document.querySelector('meta[name="csrf-token"]').content);
    if (json) request.setRequestHeader("Content-Type", "application/json");
    if (offset !== undefined) request.setRequestHeader("Upload-Offset", offset);
    request.upload.onprogress = (event) => { watch(); moved?.(event); };
    request.onload = () => (request.status < 400 ? resolve(read(request)) : problem({ status: request.status, ...read(request) }));
    request.onerror = () => problem({});
    request.onabort = () => problem({ stopped: signal?.aborted ?? false });
    request.onloadend = () => { clearTimeout(timer); signal?.removeEventListener("abort", stop); };
    signal?.addEventListener("abort", stop);
    watch();
    request.send(json ? JSON.stringify(json) : body ?? null);
  });
}

const read = (request) => { try { return JSON.parse(request.responseText); } catch { return {}; } };

// Shorter when the browser says that the network is back.
function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    for (const [target, name] of [[window, "online"], [signal, "abort"]]) {
      target.addEventListener(name, () => { clearTimeout(timer); resolve(); }, { once: true });
    }
  });
}
