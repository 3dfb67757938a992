// What a page remembers of an upload, so that it goes on after a reload: the browser forgets which file was chosen, not its name.
import { ask } from "./upload-pieces.js";

export function memory(key) {
  return {
    read: () => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
    write: (value) => { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: a reload then begins anew */ } },
    forget: () => { try { sessionStorage.removeItem(key); } catch { /* forbidden: nothing is in it */ } },
  };
}

export const isSame = (known, file) => ["name", "size", "lastModified"].every((key) => known[key] === file[key]);

// What a page that was closed in the middle left on the box: its name and how many percent, or nothing.
export async function leftBehind(saved, place) {
  const known = saved.read();
  if (!known) return null;
  try {
    const { received, size, submission_id: done } = await ask("GET", `${place}/${known.id}`);
    if (done !== null) saved.forget();
    return done === null && received ? { name: known.name, percent: Math.floor((100 * received) / size) } : null;
  } catch (problem) {
    if (problem.status === 404) saved.forget();
    return null;
  }
}
