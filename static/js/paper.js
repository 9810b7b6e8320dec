// <form data-paper="address">: notes that the page of a paper was left for another one. Nothing comes of it but the note.
// <… data-paper-left="seconds" data-paper-over="address">: how long the paper runs.

export function setup(form) {
  if (form.dataset.paperLeft) return countDown(form);
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    fetch(form.dataset.paper, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => null);
  });
}

const GRACE = 6;

/** Counts down from what the server said was left, whatever the phone's clock says; then the result is looked for. */
function countDown(place) {
  const words = place.querySelector("span"), began = [Date.now(), performance.now()];
  const tick = () => {
    const gone = Math.max(Date.now() - began[0], performance.now() - began[1]) / 1000;
    const left = Number(place.dataset.paperLeft) - gone;
    const shown = Math.max(0, Math.ceil(left));
    words.textContent = `${Math.floor(shown / 60)}:${String(shown % 60).padStart(2, "0")}`;
    if (left > -GRACE) return;
    clearInterval(running);
    location.assign(place.dataset.paperOver);
  };
  const running = setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || tick());
  tick();
}
