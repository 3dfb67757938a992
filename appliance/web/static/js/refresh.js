// While something in a list is in work, its parts are fetched again every few seconds and put in place.
// A part marked `data-whole` is all that the page waits for: once it is gone, the page is loaded anew.
const SECONDS = 4;

export default function refresh(list) {
  const inWork = () => [...list.querySelectorAll('[data-part="in-work"]')];

  async function look() {
    if (!document.hidden) {
      const response = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
      // Anything but the page, a sign-in for one, is left for the person to meet.
      if (response?.ok && !response.redirected) renew(await response.text());
    }
    if (inWork().length) setTimeout(look, SECONDS * 1000);
  }

  function renew(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    for (const part of inWork()) {
      const fresh = page.getElementById(part.id);
      const isHeld = part.contains(document.activeElement);
      if (!fresh && "whole" in part.dataset) location.reload();
      if (fresh && !isHeld && fresh.outerHTML !== part.outerHTML) part.replaceWith(document.adoptNode(fresh));
    }
  }

  setTimeout(look, SECONDS * 1000);
}
