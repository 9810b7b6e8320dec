// <div data-calm hx-get hx-trigger="look:… from:body, again">: does not fetch itself again while nobody looks at the page,
// nor while somebody types in it or has opened something there. It does so as soon as they are through.

export function setup(element) {
  let isWaiting = false;
  const now = () => {
    if (!isWaiting || isBusy(element)) return;
    isWaiting = false;
    window.htmx.trigger(element, "again");
  };
  element.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== element || !isBusy(element)) return;
    event.preventDefault();
    isWaiting = true;
  });
  // Somebody may have begun while the answer was on its way. (A form's own answer is none of this element's fetches.)
  element.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.elt !== element || !isBusy(element)) return;
    event.detail.shouldSwap = false;
    isWaiting = true;
  });
  document.addEventListener("visibilitychange", now);
  element.addEventListener("focusout", () => setTimeout(now));
  element.addEventListener("toggle", now, { capture: true });
}

function isBusy(element) {
  const isTyping = element.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  return document.hidden || isTyping || element.querySelector("details[open]");
}
