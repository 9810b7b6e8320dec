// A supplier's report: each answer and photo goes to the server as soon as it is given. What cannot arrive is kept on this
// phone and goes later; the page, which the service worker keeps too, shows it again meanwhile.
//
//     <form data-saq="where to" data-drop="where to"> <li data-row="17"> … fields named 17-…
//     <… data-score> data-points data-grade data-ring data-answered data-asked data-tip data-bar data-saved

import { keepPage } from "./keep.js";
import { newId } from "./queue.js";
import { drawnAgain } from "./shots.js";
import { icon, make } from "./words.js";

const PAUSE = 700, AGAIN = 20_000, GONE = [403, 404, 409];
let opened = null;

function database() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open("anhuan-saq", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("waiting", { keyPath: "id" });
    request.onerror = () => fail(request.error);
    request.onsuccess = () => done(request.result);
  });
  return opened;
}

async function within(mode, work) {
  const transaction = (await database()).transaction("waiting", mode);
  const request = work(transaction.objectStore("waiting"));
  return new Promise((done, fail) => {
    transaction.oncomplete = () => done(request?.result);
    transaction.onabort = () => fail(transaction.error);
  });
}

const keep = (record) => within("readwrite", (store) => store.put(record));

/** Only what was sent goes: a newer answer to the same question stays. */
async function forget(record) {
  const standing = await within("readonly", (store) => store.get(record.id));
  if (standing?.version === record.version) await within("readwrite", (store) => store.delete(record.id));
}

/** <form data-saq> */
export async function setup(form) {
  const page = new Page(form);
  form.addEventListener("change", (event) => page.changed(event.target));
  form.addEventListener("input", (event) => page.typing(event.target));
  form.addEventListener("click", (event) => event.target.closest("[data-still]") && page.say(event.target));
  form.addEventListener("submit", (event) => page.leave(event));
  addEventListener("online", () => page.flush());
  setInterval(() => page.flush(), AGAIN);
  form.querySelectorAll("[data-still]").forEach((button) => { button.hidden = false; });
  keepPage();
  await page.restore();
  page.flush();
}

class Page {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.saq;
    this.user = document.body.dataset.user ?? "";
    this.timers = new Map();
    this.turn = Promise.resolve();
  }

  rowOf(element) {
    return element.closest("[data-row]");
  }

  async changed(input) {
    const row = this.rowOf(input);
    if (!row) return;
    if (input.type === "file") await this.photograph(row, input);
    else await this.say(input);
  }

  /** Typed words are kept after a short pause. */
  typing(input) {
    const row = this.rowOf(input);
    if (!row || !["text", "date"].includes(input.type)) return;
    clearTimeout(this.timers.get(row));
    this.timers.set(row, setTimeout(() => this.say(input), PAUSE));
  }

  async say(input) {
    const row = this.rowOf(input), item = row.dataset.row;
    clearTimeout(this.timers.get(row));
    const fields = [...row.querySelectorAll("[name]")]
      .filter((each) => each.type !== "file" && (each.type !== "radio" || each.checked))
      .map((each) => [each.name, each.value]);
    row.classList.remove("kept-x");
    row.querySelector("[data-still]")?.remove();
    await this.hold({ id: `${this.user} ${this.url} ${item}`, item, fields });
  }

  async photograph(row, input) {
    const files = await drawnAgain([...input.files]);
    input.value = "";
    for (const file of files) {
      const photo = { id: newId(), name: file.name, type: file.type, bytes: await file.arrayBuffer() };
      // Seen is what is kept.
      await this.hold({ id: photo.id, item: row.dataset.row, fields: [], photo }, () => this.picture(row, photo));
    }
  }

  async hold(record, then = () => null) {
    const whole = { ...record, user: this.user, url: this.url, version: newId(), at: Date.now() };
    // Where nothing can be kept, it goes to the server all the same.
    await keep(whole).catch(() => this.send(whole));
    then();
    this.flush();
  }

  /** One after the other. */
  flush() {
    this.turn = this.turn.then(() => this.sendAll()).catch(() => this.tell(this.form.dataset.wordsOffline));
    return this.turn;
  }

  /** Whether the server answers again, so that a page kept from before can be looked up anew. */
  isThere() {
    return fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false);
  }

  async waiting() {
    const all = (await within("readonly", (store) => store.getAll()).catch(() => [])) ?? [];
    return all.filter((each) => each.user === this.user && each.url === this.url && !each.refused).sort((one, other) => one.at - other.at);
  }

  async sendAll() {
    for (const record of await this.waiting()) {
      const { status, said } = await this.send(record);
      if (status >= 500 || GONE.includes(status)) {
        if (said.error) this.tell(said.error);
        return;
      }
      await forget(record);
      this.show(record, said);
    }
    if (navigator.onLine && "kept" in document.body.dataset && (await this.isThere())) location.reload();
  }

  async send(record) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    body.set("item", record.item);
    for (const [name, value] of record.fields) body.set(name, value);
    if (record.photo) {
      const { id, name, type, bytes } = record.photo;
      body.append(`${record.item}-photos`, new File([bytes], name, { type }));
      body.append(`${record.item}-photos-ids`, id);
    }
    const answer = await fetch(this.url, { method: "POST", body, headers: { Accept: "application/json" } });
    return { status: answer.status, said: await answer.json().catch(() => ({})) };
  }

  tell(words) {
    for (const place of this.form.querySelectorAll("[data-saved]")) place.textContent = words;
  }

  show(record, said) {
    const row = this.form.querySelector(`[data-row="${record.item}"]`), fault = row.querySelector("[data-fault]");
    fault.hidden = !said.error;
    fault.textContent = said.error ?? "";
    if (!said.error) this.tell(this.form.dataset.wordsSaved);
    if (!said.asked) return;
    if (record.photo) this.photos(row, said.photos, record.photo.id);
    this.askOnly(said.asked);
    this.parts(said);
    this.count(said);
  }

  askOnly(asked) {
    let number = 0;
    for (const row of this.form.querySelectorAll("[data-row]")) {
      row.hidden = !asked.includes(Number(row.dataset.row));
      if (!row.hidden) row.querySelector("[data-number]").textContent = number += 1;
      const note = row.querySelector("[data-note]"), chosen = row.querySelector("input[type=radio]:checked");
      if (note && chosen) note.hidden = chosen.nextElementSibling.classList.contains("y") && !note.querySelector("input").value;
    }
  }

  /** How far each section is, and where to go on. */
  parts({ asked, done }) {
    for (const part of this.form.querySelectorAll("[data-part]")) {
      const there = [...part.querySelectorAll("[data-row]")].map((row) => Number(row.dataset.row)).filter((pk) => asked.includes(pk));
      const number = part.dataset.part, words = `${there.filter((pk) => done.includes(pk)).length}/${there.length}`;
      this.form.querySelectorAll(`[data-part-count="${number}"]`).forEach((place) => { place.textContent = words; });
      for (const each of [part, this.form.querySelector(`[data-part-link="${number}"]`)]) if (each) each.hidden = !there.length;
    }
    const left = asked.find((pk) => !done.includes(pk)), jump = this.form.querySelector("[data-jump]");
    jump.hidden = !left;
    if (left) jump.hash = `#q${left}`;
  }

  count({ score, grade, answered, asked, tip }) {
    const put = (name, words) => this.form.querySelectorAll(`[data-${name}]`).forEach((place) => { place.textContent = words; });
    put("points", score ?? "—");
    put("grade", grade || "—");
    put("answered", answered);
    put("asked", asked.length);
    this.form.querySelector("[data-ring]")?.setAttribute("stroke-dasharray", `${score ?? 0} 100`);
    const bar = this.form.querySelector("[data-bar]"), note = this.form.querySelector("[data-tip]");
    bar.max = asked.length;
    bar.value = answered;
    note.hidden = !tip;
    note.querySelector("span").textContent = tip;
  }

  /** What waits on the phone is drawn from there. */
  picture(row, photo) {
    const box = row.querySelector("[data-photos]"), image = make("img", { alt: "" });
    image.src = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
    box.insertBefore(make("figure", { class: "shot", "data-waits": photo.id }, image), box.querySelector(".add"));
  }

  photos(row, there, sent) {
    const box = row.querySelector("[data-photos]");
    row.querySelector("[data-repeat]").hidden = !there.some(({ like }) => like);
    box.querySelector(`[data-waits="${sent}"]`)?.remove();
    for (const { id, url, like } of there) {
      if (box.querySelector(`[data-photo="${id}"]`)) continue;
      const mark = like ? [make("span", { class: "ph" }, this.form.dataset.wordsRepeat)] : [];
      box.insertBefore(make("figure", { class: "shot", "data-photo": id }, make("img", { alt: "", src: url }), ...mark, this.dropper(id, box)), box.querySelector(".add"));
    }
  }

  dropper(id, box) {
    const button = make("button", { class: "shot-x", type: "button" }, icon("x"));
    button.addEventListener("click", async () => {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
      body.set("photo", id);
      const answer = await fetch(this.form.dataset.drop, { method: "POST", body }).catch(() => null);
      if (answer?.ok) button.closest("figure").remove();
      if (answer?.ok && !box.querySelector(".ph")) box.closest("[data-row]").querySelector("[data-repeat]").hidden = true;
    });
    return button;
  }

  /** What did not arrive before the page was left. */
  async restore() {
    for (const record of await this.waiting()) {
      const row = this.form.querySelector(`[data-row="${record.item}"]`);
      if (!row) continue;
      for (const [name, value] of record.fields) {
        for (const input of row.querySelectorAll(`[name="${name}"]`)) {
          if (input.type === "radio") input.checked = input.value === value;
          else input.value = value;
        }
      }
      if (record.photo) this.picture(row, record.photo);
    }
  }

  /** Nothing is handed in while something of it waits on the phone. */
  async leave(event) {
    const pressed = event.submitter;
    if (this.isClear) return;
    event.preventDefault();
    await this.flush();
    const left = await this.waiting();
    if (left.length) return;
    this.isClear = true;
    // All of it is there already: a page that slept must not write over what another one wrote.
    this.form.querySelectorAll("[data-row] [name]").forEach((input) => { input.disabled = true; });
    this.form.requestSubmit(pressed);
  }
}
