// <div data-gate>: the gate's page. A code is judged by the server; where no answer comes in time, by the signed list that
// the service worker keeps, and the permit's own Ed25519 signature. What was done without network waits in this browser
// and is handed in once, each row under an id of its own.

import { keepPage } from "./keep.js";

const PATIENCE = 2500, EVERY = 60_000, CODE = /^AHP1\.([1-9]\d*)\.(\d{8})\.([A-Za-z0-9_-]{86})$/;

export function setup(box) {
  const gate = new Gate(box);
  box.querySelector("[data-scan] form").addEventListener("submit", (event) => {
    event.preventDefault();
    gate.check(event.target.elements.code.value.trim());
  });
  box.addEventListener("click", (event) => {
    if (!event.target.closest("[data-gate-close]")) return;
    event.preventDefault();
    gate.close();
  });
  document.body.addEventListener("look:gate", () => gate.fetchList());
  document.querySelector("[data-gate-roll]").addEventListener("click", (event) => {
    if (navigator.onLine || !gate.list) return;
    event.preventDefault();
    gate.roll();
  });
  addEventListener("online", () => gate.fetchList());
  addEventListener("offline", () => gate.age());
  setInterval(() => gate.fetchList(), EVERY);
  gate.fetchList();
  keep(gate, box.querySelector("[data-gate-kept]"));
}

/** The list once more, because the first one came past a service worker that was not there yet. */
async function keep(gate, sentence) {
  const isKept = "kept" in document.body.dataset || (await keepPage());
  await gate.fetchList();
  sentence.hidden = !isKept;
}

class Gate {
  constructor(box) {
    this.box = box;
    this.view = box.querySelector("#gate-verdict");
    this.form = box.querySelector("[data-scan] form");
    this.said = box.querySelector("[data-gate-words]").dataset;
    this.store = `gate-${box.dataset.user}`;
    this.list = null;
  }

  async check(code) {
    const answer = await this.ask(code);
    if (answer) this.show(answer);
    else await this.judge(code);
    this.form.elements.code.value = "";
  }

  async ask(code) {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE);
    const token = this.form.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "X-CSRFToken": token, "HX-Request": "true" };
    const answer = await fetch(this.form.action, { method: "POST", headers, body: new URLSearchParams({ code }), signal: stop.signal }).catch(() => null);
    clearTimeout(timer);
    return answer?.ok && !answer.redirected ? answer.text() : null;
  }

  show(html) {
    this.view.innerHTML = html;
    this.open();
    window.htmx?.process(this.view);
  }

  open() {
    this.view.hidden = false;
    document.body.classList.add("has-verdict");
    navigator.vibrate?.(this.view.querySelector(".permit.no") ? [200, 80, 200] : 60);
  }

  close() {
    this.view.hidden = true;
    this.view.replaceChildren();
    document.body.classList.remove("has-verdict");
    this.ready();
  }

  /** The next person stands there already: the camera opens by itself where it was allowed before. */
  async ready() {
    const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
    if (permission?.state === "granted") this.box.querySelector("[data-scan-open]").click();
    else this.form.elements.code.focus();
  }

  // Without network

  async judge(code) {
    const found = await this.find(code), person = found.person;
    const late = person && person.ends < today();
    const gap = found.gap ?? (late ? { code: "expired", words: this.said.expired, next: this.said.ask } : person.gaps[0]);
    const ok = Boolean(person) && !gap;
    this.note("check", { permit: found.permit, ok, reason: gap?.code, words: gap?.words });
    this.draw(person ?? {}, ok, gap, found.permit);
  }

  async find(code) {
    const parts = CODE.exec(code), people = this.list?.people ?? [];
    if (!parts) {
      const person = people.find(({ number }) => number === code.replace(/\s/g, "").toUpperCase());
      return person ? { person, permit: person.permit } : { permit: 0, gap: { code: "unknown", words: this.said.unknown, next: this.said.ask } };
    }
    const permit = Number(parts[1]), text = `anhuan.permit:${this.box.dataset.schema}:${parts[1]}:${parts[2]}`;
    if (!(await this.isSigned(text, parts[3]))) return { permit: 0, gap: { code: "unknown", words: this.said.unknown, next: this.said.ask } };
    const person = people.find(({ member }) => member === this.list.permits[permit]);
    return person ? { person, permit } : { permit, gap: { code: "not_listed", words: this.said.notListed, next: this.said.ask } };
  }

  /** Where the browser knows no Ed25519, the list alone decides. */
  async isSigned(text, signature) {
    try {
      this.key ??= await crypto.subtle.importKey("raw", bytes(this.box.dataset.key), "Ed25519", false, ["verify"]);
    } catch {
      return true;
    }
    return crypto.subtle.verify("Ed25519", this.key, bytes(signature), new TextEncoder().encode(text)).catch(() => false);
  }

  draw(person, ok, gap, permit) {
    const page = this.box.querySelector("[data-gate-page]").content.firstElementChild.cloneNode(true);
    const slots = { ...person, ...gap, at: new Date().toLocaleTimeString(document.documentElement.lang) };
    page.classList.toggle("no", !ok);
    for (const part of page.querySelectorAll("[data-yes]")) part.hidden = !ok || (part.dataset.move === "in" && person.inside);
    for (const part of page.querySelectorAll("[data-no]")) part.hidden = ok;
    for (const part of page.querySelectorAll("[data-out]")) part.hidden = !person.inside;
    fill(page, slots);
    for (const button of page.querySelectorAll("[data-move]")) {
      button.addEventListener("click", () => {
        this.note(button.dataset.move, { permit, ok: true });
        person.inside = button.dataset.move === "in";
        this.close();
      });
    }
    this.view.replaceChildren(page);
    this.open();
  }

  /** For the assembly point: who is inside by the list and by what was written down here since. */
  roll() {
    const page = this.box.querySelector("[data-gate-inside]").content.firstElementChild.cloneNode(true);
    const rows = page.querySelector("[data-rows]"), row = rows.firstElementChild, head = page.querySelector("[data-words]");
    const people = this.list.people.filter(({ inside }) => inside).sort((one, other) => one.company.localeCompare(other.company));
    head.textContent = head.dataset.words.replace("%(n)d", people.length).replace("%(m)d", this.minutes());
    rows.replaceChildren(...people.map((person) => fill(row.cloneNode(true), person)));
    page.querySelector("[data-nobody]").hidden = people.length > 0;
    this.view.replaceChildren(page);
    this.open();
  }

  // The list, and what waits

  async fetchList() {
    const answer = await fetch(this.box.dataset.list, { headers: { Accept: "application/json" }, cache: "no-store" }).catch(() => null);
    const said = answer?.ok ? await answer.json().catch(() => null) : null;
    if (said && (await this.isSigned(`anhuan.gate:${this.box.dataset.schema}:${said.text}`, said.signature))) this.take(JSON.parse(said.text));
    this.age();
    await this.send();
  }

  /** What was written down here and is not there yet counts already. */
  take(list) {
    this.list = list;
    for (const { permit, kind } of this.waiting().filter((row) => row.kind !== "check")) {
      const person = list.people.find(({ member }) => member === list.permits[permit]);
      if (person) person.inside = kind === "in";
    }
  }

  minutes() {
    return Math.max(1, Math.ceil((Date.now() - this.list.at) / 60_000));
  }

  age() {
    const line = this.box.querySelector("[data-gate-age]"), isFresh = this.list && this.minutes() <= 2 && navigator.onLine;
    const words = this.list ? (isFresh ? line.dataset.fresh : line.dataset.old) : line.dataset.none;
    line.textContent = words.replace("%(m)d", this.list && this.minutes()).replace("%(n)d", this.list?.people.length ?? 0);
    this.box.querySelector("[data-gate-note]").classList.toggle("off", !isFresh);
  }

  note(kind, row) {
    const rows = this.waiting();
    rows.push({ id: newId(), at: Date.now(), kind, ...row });
    localStorage.setItem(this.store, JSON.stringify(rows));
    this.count();
  }

  waiting() {
    try {
      return JSON.parse(localStorage.getItem(this.store)) ?? [];
    } catch {
      return [];
    }
  }

  count() {
    const rows = this.waiting(), note = this.box.querySelector("[data-gate-wait]"), words = note.querySelector("[data-words]");
    note.hidden = !rows.length;
    words.textContent = words.dataset.words.replace("%(n)d", rows.length);
  }

  async send() {
    this.count();
    const rows = this.waiting().slice(0, 200);
    if (!rows.length || !navigator.onLine) return;
    const me = await fetch("/m/sync/state/", { headers: { Accept: "application/json" }, cache: "no-store" }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    if (!me || String(me.user) !== this.box.dataset.user) return;
    const headers = { "X-CSRFToken": me.csrf, "Content-Type": "application/json", Accept: "application/json" };
    const answer = await fetch(this.box.dataset.log, { method: "POST", headers, body: JSON.stringify({ rows }) }).catch(() => null);
    if (!answer?.ok) return;
    const sent = new Set(rows.map(({ id }) => id));
    localStorage.setItem(this.store, JSON.stringify(this.waiting().filter(({ id }) => !sent.has(id))));
    this.count();
  }
}

/** What has no value is not shown, nor is its word before it. */
function fill(page, slots) {
  for (const part of page.querySelectorAll("[data-slot]")) {
    const value = slots[part.dataset.slot] ?? "";
    if (part.dataset.slot === "face" && value) part.src = value;
    else part.textContent = value;
    part.hidden ||= !value;
    if (part.previousElementSibling?.tagName === "DT") part.previousElementSibling.hidden ||= !value;
  }
  return page;
}

function today() {
  const day = new Date(), two = (number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
}

function newId() {
  const parts = crypto.getRandomValues(new Uint8Array(16));
  parts[6] = (parts[6] & 15) | 64;
  parts[8] = (parts[8] & 63) | 128;
  const hex = [...parts].map((part) => part.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
