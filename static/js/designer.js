// The designer of checklists (templates/console/checklists/edit.html). Without scripts the same page works by links and buttons.
//
//   <div data-designer data-unsaved="sentence"><p aria-live data-said></p><div id="designer">…
//     <form data-autosave>               saved while typing; the answer is this part again, of which the elements with
//                                        data-live and the same id take the place of those here
//     <form data-new>                    a new item: kept only by its own button
//     <ol data-items><li data-item="7">  <button data-drag>, <form data-move>: dragged by pointer or finger, Alt + ↑ ↓ by key
//     <a data-drop>                      leaves what was typed behind
//   <a data-after-saving>                elsewhere on the page: waits until all is saved, as each link in here does

import { refuse } from "./refusals.js";

const PAUSE = 900, EDGE = 70;

export function setup(root) {
  new Designer(root).begin();
}

class Designer {
  constructor(root) {
    this.root = root;
    this.part = root.querySelector("#designer");
    this.dirty = new Set();
    this.saving = Promise.resolve(true);
  }

  begin() {
    for (const name of ["input", "change"]) this.root.addEventListener(name, (event) => this.changed(event));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("pointerdown", (event) => event.target.closest("[data-drag]") && this.lift(event));
    this.root.addEventListener("submit", (event) => this.submit(event), { capture: true });
    document.addEventListener("click", (event) => this.leave(event));
    for (const form of this.root.querySelectorAll("[data-new], [data-autosave]")) if (form.querySelector("[role=alert]")) this.dirty.add(form);
    addEventListener("beforeunload", (event) => this.dirty.size && event.preventDefault());
    this.root.dataset.isReady = "";
  }

  changed(event) {
    const form = event.target.closest("[data-autosave], [data-new]");
    if (!form) return;
    this.dirty.add(form);
    if (form.matches("[data-new]")) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), event.type === "change" ? 150 : PAUSE);
  }

  /** Saves what is typed and says whether all of it is saved; one after the other, so that each knows the last one's stamp. */
  flush() {
    clearTimeout(this.timer);
    this.saving = this.saving.then(() => this.saveAll());
    return this.saving;
  }

  async saveAll() {
    let isSaved = true;
    for (const form of [...this.dirty]) {
      if (form.isConnected) isSaved = (await this.save(form)) && isSaved;
      else this.dirty.delete(form);
    }
    return isSaved;
  }

  async save(form) {
    if (form.matches("[data-new]")) return false;
    this.dirty.delete(form);
    const answer = await this.fetch(form.action, new FormData(form));
    if (answer?.page) this.renew(answer.page);
    if (!answer?.isFine) this.dirty.add(form);
    return Boolean(answer?.isFine);
  }

  /** The part as the server answers it; a refusal is said on top of the page. */
  async fetch(url, body) {
    let response;
    try {
      response = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } });
    } catch {
      return refuse(document.getElementById("words").dataset.noAnswer);
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (page.querySelector("[data-items]")) return { page, isFine: response.ok, url: response.url };
    return refuse(page.body.textContent.trim().slice(0, 400));
  }

  renew(page) {
    for (const fresh of page.querySelectorAll("[data-live][id]")) document.getElementById(fresh.id)?.replaceWith(document.importNode(fresh, true));
  }

  /** Buttons of the list wait for what is typed; what has a place of its own is sent from here. */
  async submit(event) {
    const form = event.target;
    if (form.matches("[data-new]") || (form.matches("[data-autosave]") && event.submitter?.name === "stamp")) return this.dirty.clear();
    if (form.matches("[data-autosave]")) {
      event.preventDefault();
      return this.changed({ target: form, type: "change" });
    }
    if (form.matches("[data-move]")) {
      event.preventDefault();
      return this.move(form.closest("[data-item]"), Number(event.submitter.value));
    }
    if (!this.dirty.size) return;
    event.preventDefault();
    event.stopPropagation();
    if (await this.ready()) form.requestSubmit(event.submitter);
  }

  async ready() {
    const isSaved = await this.flush();
    if (!isSaved) refuse(this.root.dataset.unsaved);
    return isSaved;
  }

  async leave(event) {
    const link = event.target.closest("a[href]");
    if (!link || !(this.root.contains(link) || link.matches("[data-after-saving]"))) return;
    if (link.matches("[data-drop]")) return this.dirty.clear();
    if (!this.dirty.size || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    if (await this.ready()) location.assign(link.href);
  }

  key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest("[data-item]");
    if (!step || !event.altKey || !row || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    const place = this.rows().indexOf(row) + 1 + step;
    if (place >= 1 && place <= this.rows().length) this.move(row, place);
  }

  rows() {
    return [...this.part.querySelectorAll("[data-item]")];
  }

  async move(row, place) {
    const item = row.dataset.item;
    if (this.dirty.size && !(await this.ready())) return;
    const form = this.part.querySelector(`[data-item="${item}"] [data-move]`);
    const body = new FormData(form);
    body.set("to", place);
    const answer = await this.fetch(form.action, body);
    if (!answer) return;
    this.part.replaceChildren(...answer.page.body.childNodes);
    this.part.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
    this.say();
    this.part.querySelector(`[data-item="${item}"] [data-drag]`)?.focus();
  }

  say() {
    const messages = this.part.querySelector("[data-messages]");
    this.root.querySelector("[data-said]").textContent = messages.textContent.trim();
    messages.replaceChildren();
  }

  lift(event) {
    if (event.button) return;
    event.preventDefault();
    const handle = event.target.closest("[data-drag]"), row = handle.closest("[data-item]");
    const mark = document.createElement("li");
    mark.className = "drop";
    const from = event.clientY + scrollY;
    handle.setPointerCapture(event.pointerId);
    const follow = (moved) => {
      row.classList.add("lift");
      row.style.translate = `0 ${moved.clientY + scrollY - from}px`;
      this.scroll(moved.clientY);
      const after = this.rows().find((each) => each !== row && middle(each) > moved.clientY);
      if (after) after.before(mark);
      else this.rows().at(-1).after(mark);
    };
    const drop = (done) => {
      handle.removeEventListener("pointermove", follow);
      row.classList.remove("lift");
      row.style.translate = "";
      const place = [...this.part.querySelectorAll("[data-item], .drop")].filter((each) => each !== row).indexOf(mark) + 1;
      const isMoved = mark.isConnected && done.type === "pointerup" && place !== this.rows().indexOf(row) + 1;
      mark.remove();
      if (isMoved) this.move(row, place);
      else handle.focus();
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", drop, { once: true });
    handle.addEventListener("pointercancel", drop, { once: true });
  }

  /** A long list goes on under the finger. */
  scroll(y) {
    if (y < EDGE) scrollBy(0, -14);
    else if (y > innerHeight - EDGE) scrollBy(0, 14);
  }
}

function middle(row) {
  const box = row.getBoundingClientRect();
  return box.top + box.height / 2;
}
