// The live view of a class: the box sends the board anew whenever something on it has changed.
const AGAIN_SECONDS = 10, PATIENCE_SECONDS = 8;

export default function liveBoard(place) {
  const board = place.querySelector('[data-part="board"]');
  const note = place.querySelector('[data-part="state"]');
  let source, timer, doubt;

  function listen() {
    clearTimeout(timer);
    source?.close();
    source = new EventSource(place.dataset.events);
    source.addEventListener("board", (event) => { trust(); renew(JSON.parse(event.data).html); });
    source.addEventListener("error", () => {
      // A stream that ended is asked for again within seconds: that is no news.
      doubt ??= setTimeout(() => { note.textContent = place.dataset.lost; }, PATIENCE_SECONDS * 1000);
      // After an answer that is no stream a browser gives up by itself.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(listen, AGAIN_SECONDS * 1000);
    });
  }

  function trust() {
    doubt = clearTimeout(doubt);
    note.textContent = "";
  }

  function renew(html) {
    const held = board.contains(document.activeElement) ? document.activeElement.id : "";
    board.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    if (held) (document.getElementById(held) ?? board.querySelector("button"))?.focus();
  }

  // A tab that nobody looks at holds no connection: a browser has only six for the box.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { clearTimeout(timer); source?.close(); } else listen();
  });
  addEventListener("pagehide", () => source?.close());
  if (!document.hidden) listen();
}
