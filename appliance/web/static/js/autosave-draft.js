// What was typed and isn't saved yet, kept in this tab for the same person alone: a page that is loaded again puts it back.
const DRAFT = "draft:";

export function draftOf(form) {
  const mine = DRAFT + document.querySelector('meta[name="csrf-token"]').content;
  const key = (area) => `${mine}:${form.getAttribute("action")}:${area.name}`;
  const areas = [...form.querySelectorAll("textarea")];
  const quietly = (work) => { try { return work(); } catch { /* full or forbidden: then nothing is kept */ } };
  if (areas.length) quietly(() => Object.keys(sessionStorage).filter((name) => name.startsWith(DRAFT) && !name.startsWith(mine)).forEach((name) => sessionStorage.removeItem(name)));
  return {
    keep: (area) => quietly(() => sessionStorage.setItem(key(area), area.value)),
    forget: () => areas.forEach((area) => quietly(() => sessionStorage.removeItem(key(area)))),
    // Whether something was put back that the page does not hold.
    restore: () => areas.filter((area) => {
      const kept = quietly(() => sessionStorage.getItem(key(area)));
      if (kept === null || kept === undefined || kept === area.value) return false;
      area.value = kept;
      return true;
    }).length > 0,
  };
}
