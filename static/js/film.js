// The video of a lesson that is being learned (templates/field/learn/_video.html): it goes on where it stood, runs at its
// own speed, cannot be moved past what was watched, and waits at its questions. That none of it counts otherwise is the
// server's business; here it only saves people from watching what does not count.

const LAG = 20, ALMOST = 1.5, BACK = 30, PATIENCE = 2000, TRIES = 5;

/** dataset: watched, stop and stopUrl; talk: beat() asks the server, take() hands on what it said. */
export function film(video, dataset, talk) {
  const place = document.querySelector("[data-stop-place]");
  let furthest = Number(dataset.watched), stop = dataset.stop === "" ? null : Number(dataset.stop), isAsking = false;

  const begin = () => { if (furthest > 1 && furthest < video.duration - 3) video.currentTime = furthest; };
  if (video.readyState) begin();
  else video.addEventListener("loadedmetadata", begin, { once: true });
  video.addEventListener("ratechange", () => { if (video.playbackRate > 1) video.playbackRate = 1; });
  video.addEventListener("seeking", () => { if (video.currentTime > furthest + ALMOST) video.currentTime = furthest; });
  video.addEventListener("timeupdate", () => {
    if (video.seeking) return;
    if (video.currentTime <= furthest + ALMOST) furthest = Math.max(furthest, video.currentTime);
    if (stop !== null && video.currentTime >= stop) ask();
  });
  video.addEventListener("play", () => stop !== null && video.currentTime >= stop && ask());
  video.addEventListener("ended", talk.beat);
  document.addEventListener("visibilitychange", () => document.hidden && video.pause());

  /** The server has the last word on how far it was watched. */
  function follow(standing) {
    stop = standing.stop;
    if (standing.watched < furthest - LAG) {
      furthest = standing.watched;
      if (video.currentTime > furthest + LAG) video.currentTime = furthest;
    }
    furthest = Math.max(furthest, standing.watched);
  }

  async function ask() {
    video.pause();
    if (isAsking) return;
    isAsking = true;
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => null);
    if (!place.querySelector("form")) place.innerHTML = await question();
    const form = place.querySelector("form");
    if (form) begun(form);
    isAsking = false;
  }

  /** The beat may come a moment too early: then a second one. */
  async function question() {
    for (let tries = 0; tries < TRIES; tries++) {
      await talk.beat();
      const answer = await fetch(dataset.stopUrl, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (answer?.ok) return answer.text();
      await new Promise((done) => setTimeout(done, PATIENCE));
    }
    return "";
  }

  function begun(form) {
    form.querySelector("[data-stop-question]").focus();
    form.scrollIntoView({ block: "nearest" });
    if (form.dataset.isReady) return;
    form.dataset.isReady = "1";
    form.addEventListener("submit", (event) => { event.preventDefault(); answer(form); });
    form.querySelector("[data-stop-again]").addEventListener("click", () => {
      video.currentTime = Math.max(0, stop - BACK);
      place.replaceChildren();
      video.play();
    });
  }

  async function answer(form) {
    const body = new FormData(form);
    const said = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    if (!said?.ok) return wrong(form, (await said?.json().catch(() => null))?.error);
    const standing = await said.json();
    if (!standing.is_right) return wrong(form);
    place.replaceChildren();
    talk.take(standing);
    video.play();
  }

  function wrong(form, sentence) {
    const note = form.querySelector("[data-stop-wrong]");
    note.hidden = false;
    if (sentence) note.querySelector("span").textContent = sentence;
  }

  return { follow };
}
