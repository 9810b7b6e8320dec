// <div data-tablet="180" data-here="/kiosk/here/">: on a tablet that is everybody's, whoever is signed in is so for as long as
// it is used; the form in it ends that. Without network the server hears of it by a cookie, with whatever reaches it next. What
// waits in the queue stays until it is sent.

const WARN = 30, TELL = 60;

export function setup(bar) {
  const form = bar.querySelector("form"), note = bar.querySelector("[data-ending]"), idle = Number(bar.dataset.tablet);
  let used = Date.now(), told = Date.now();

  function use() {
    used = Date.now();
    note.hidden = true;
    if (used - told < TELL * 1000) return;
    told = used;
    const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(bar.dataset.here, { method: "POST", headers: { "X-CSRFToken": csrf } }).then((answer) => answer.status === 401 && location.replace("/kiosk/")).catch(() => null);
  }

  function look() {
    const left = idle - (Date.now() - used) / 1000;
    note.hidden = left > WARN;
    if (left > 0) return;
    clearInterval(clock);
    form.requestSubmit();
  }

  for (const sign of ["pointerdown", "keydown", "scroll", "timeupdate"]) document.addEventListener(sign, use, { capture: true, passive: true });
  document.addEventListener("visibilitychange", look);
  form.addEventListener("submit", () => (document.cookie = "tablet-left=1; path=/; samesite=lax"));
  const clock = setInterval(look, 1000);
}
