// <form data-upload="address" data-piece="bytes" data-most="bytes">: its file goes up in pieces, by tus 1.0 (https://tus.io).
//
// Where the connection breaks it goes on by itself; where the page was closed, as soon as the same file is chosen again:
// the browser remembers under which address. When all of it is there the form is sent with the file's number.

const SLOWEST = 30_000, TUS = { "Tus-Resumable": "1.0.0", Accept: "application/json" };

/** What the server answered and no further try will change. */
class Refused extends Error {}

export function setup(form) {
  const input = form.querySelector("input[type=file]");
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    if (!form.dataset.isBusy) send(form, input.files[0]);
  });
  input.addEventListener("change", () => input.files.length && form.requestSubmit());
  if (input.files.length) form.requestSubmit(); // somebody was faster than this script
}

async function send(form, file) {
  form.dataset.isBusy = "1";
  addEventListener("beforeunload", warn);
  try {
    if (file.size > Number(form.dataset.most)) throw new Refused(form.dataset.large);
    const url = await bring(form, file);
    form.elements.media.value = url.split("/").at(-2);
    form.querySelector("input[type=file]").disabled = true;
    removeEventListener("beforeunload", warn);
    form.submit();
  } catch (trouble) {
    if (!(trouble instanceof Refused)) throw trouble;
    say(form, trouble.message, true);
    delete form.dataset.isBusy;
  } finally {
    removeEventListener("beforeunload", warn);
  }
}

function warn(event) {
  event.preventDefault();
}

/** Until all of it is there, however often the network goes; its address. */
async function bring(form, file) {
  const key = `upload:${form.elements.kind.value}:${file.name}:${file.size}:${file.lastModified}`;
  let url = recall(key), at = null, pause = 500;
  for (;;) {
    try {
      if (url && at === null) at = await standing(form, url);
      if (at === null) {
        url = await create(form, file);
        keep(key, url);
        at = 0;
      } else if (pause > 500 || at) say(form, form.dataset.again, false, at / file.size);
      while (at < file.size) {
        at = await piece(form, url, at, file.slice(at, at + Number(form.dataset.piece)));
        pause = 500;
        say(form, form.dataset.going, false, at / file.size);
      }
      keep(key, "");
      return url;
    } catch (trouble) {
      if (trouble instanceof Refused) throw trouble;
      say(form, form.dataset.stopped, false, (at ?? 0) / file.size);
      await rest((pause = Math.min(pause * 2, SLOWEST)));
      at = null; // asked anew: of the last piece nobody here knows whether it arrived
    }
  }
}

async function create(form, file) {
  const told = `kind ${encoded(form.elements.kind.value)},filename ${encoded(file.name)}`;
  const answer = await call(form, form.dataset.upload, "POST", { "Upload-Length": String(file.size), "Upload-Metadata": told });
  return new URL(answer.headers.get("Location"), location).pathname;
}

/** How much of it is there; null where it is gone. */
async function standing(form, url) {
  const answer = await fetch(url, { method: "HEAD", headers: TUS, cache: "no-store", redirect: "manual" });
  if (answer.status === 404) return null;
  judge(form, answer);
  return Number(answer.headers.get("Upload-Offset"));
}

/** Where it stands afterwards, also where somebody else has brought it further. */
async function piece(form, url, at, body) {
  const answer = await call(form, url, "PATCH", { "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" }, body);
  return Number(answer.headers.get("Upload-Offset"));
}

async function call(form, url, method, headers, body) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(url, { method, body, headers: { ...TUS, ...headers, "X-CSRFToken": token }, redirect: "manual" });
  if (answer.status === 409 && answer.headers.has("Upload-Offset")) return answer;
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) {
    const said = await answer.json().catch(() => null);
    throw new Refused(said?.error ?? form.dataset.signedOut);
  }
  judge(form, answer);
  return answer;
}

function judge(form, answer) {
  if (answer.type === "opaqueredirect") throw new Refused(form.dataset.signedOut);
  if (!answer.ok) throw new Error("later");
}

function encoded(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function say(form, sentence, isBad = false, share = 0) {
  const bar = form.querySelector("progress"), percent = Math.floor(share * 100);
  bar.hidden = isBad;
  bar.value = percent;
  const place = form.querySelector("[data-upload-said]");
  place.classList.toggle("t-bad", isBad);
  place.textContent = sentence.replace("#", percent);
}

function rest(time) {
  return new Promise((done) => {
    const timer = setTimeout(done, time);
    addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });
}

function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function keep(key, url) {
  try { url ? localStorage.setItem(key, url) : localStorage.removeItem(key); } catch { /* then it begins anew next time */ }
}
