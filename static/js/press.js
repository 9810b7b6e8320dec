// What is being pressed stays where it is until it is let go: a button that moves or is drawn anew meanwhile hears no click.

/** Now, or once nothing is pressed any more. */
export function onRelease(then) {
  if (!document.querySelector("body:active")) return then();
  const once = new AbortController();
  const go = () => {
    once.abort();
    setTimeout(then);
  };
  for (const name of ["pointerup", "pointercancel", "keyup"]) addEventListener(name, go, { signal: once.signal });
}

// A part that comes meanwhile is fetched once more afterwards.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target, elt, requestConfig } = event.detail, asked = requestConfig.triggeringEvent;
  if (requestConfig.verb !== "get" || !asked || !target.querySelector(":active")) return;
  event.detail.shouldSwap = false;
  const place = asked.target === document.body ? document.body : elt;
  onRelease(() => place.dispatchEvent(new CustomEvent(asked.type)));
});
