// <form data-learn="address" data-left="seconds">: says every so often that its lesson is open and looked at.
//
// The server counts; here only its answer is shown. A page in the background says nothing, and a pause of more than
// forty seconds counts nothing. Where the lesson has a video, film.js keeps it at what counts.

import { film } from "./film.js";

const BEAT = 15_000;

export function setup(form) {
  const button = form.querySelector("[data-learn-button]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const video = document.querySelector("[data-lesson-video]");
  const said = { left: Number(form.dataset.left) };
  const show = () => {
    button.disabled = said.left > 0;
    button.textContent = said.left > 0 ? button.dataset.wait.replace("#", Math.ceil(said.left / 60)) : button.dataset.go;
  };
  /** What the server counts by now; null where it did not answer. */
  const beat = async () => {
    if (document.hidden) return null;
    const body = new URLSearchParams({ position: String(video?.currentTime ?? 0) });
    const answer = await fetch(form.dataset.learn, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return null;
    const standing = await answer.json();
    take(standing);
    return standing;
  };
  const shown = video && film(video, form.dataset, { beat, take: (standing) => take(standing) });
  function take(standing) {
    said.left = standing.left;
    show();
    shown?.follow(standing);
  }
  show();
  beat();
  setInterval(beat, BEAT);
  document.addEventListener("visibilitychange", beat);
}
