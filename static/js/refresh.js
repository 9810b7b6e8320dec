// <div data-refresh="30" hx-get="…" hx-trigger="refresh">: fetches itself again every so many seconds.
// It rests while nobody looks at the page, and while somebody reads an opened explanation or is about to press a button.

export function setup(element) {
  let last = Date.now();
  const every = Number(element.dataset.refresh) * 1000;
  const look = () => {
    if (document.hidden || Date.now() - last < every || isInUse(element)) return;
    last = Date.now();
    window.htmx.trigger(element, "refresh");
  };
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
}

function isInUse(element) {
  return element.querySelector("details[open]") || element.contains(document.activeElement);
}
