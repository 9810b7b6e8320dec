// News as it happens. The socket only carries: each page says what it has seen, the server sends what came after.
//
// Server: {"notes": […]} what was missed, in order · {"note": {seq, line, url, urgent, alert_id}} · {"look": "alerts"}, with
// "soon" where only few pages are told · {"again": true} when more came than this page could take: it asks and looks anew.
// {"alive": true} as it was asked for.
// Page: {"after": seq} what came after it? · {"alive": true} is anybody there? · {"got": n, "seen": seq} n more messages were read, and the feed up to there; who says nothing is not sent much.
// <body data-socket="…">: another address, by which only looks come.
// Each note is shown once and in the order of its seq; a gap is asked for. "look:<part>" goes to document.body, where
// parts with hx-trigger="look:<part> from:body" fetch themselves again.

import { onRelease } from "./press.js";
import { isBlocked, onSound, ring } from "./sound.js";
import { icon, make, say } from "./words.js";

const SLOWEST = 30_000, CALM = 12_000, AT_ONCE = 4, SPREAD = 1200, SOON = 150, BUNCH = 16, ASK_EVERY = 120_000, GONE = 4001, PATIENCE = 3000, BEAT = 25_000, SILENT = 10_000;
const region = document.getElementById("toasts");
const title = document.title;
const waiting = new Set();
let socket, seen, told, key, tries = 0, isAsking = false, wasOpen = false, retry, got = 0, telling, quiet, silence;

export function setup(body) {
  key = `seen:${body.dataset.user}`;
  const here = Number(body.dataset.feedSeq);
  // What came while one page of this tab gave way to the next was seen on neither.
  const before = sessionStorage.getItem(key);
  seen = before === null ? here : Math.min(Number(before), here);
  connect();
  addEventListener("online", again);
  addEventListener("offline", () => socket.close());
  addEventListener("pageshow", (event) => event.persisted && again());
  addEventListener("pagehide", () => socket.close());
  document.addEventListener("visibilitychange", () => !document.hidden && socket.readyState > 1 && again());
  // Whatever was not told, for no reason that anybody can know: nothing stays unseen for long.
  setInterval(() => socket.readyState === 1 && !document.hidden && ask(true), ASK_EVERY * (0.8 + 0.4 * Math.random()));
  setInterval(beat, BEAT);
  for (const button of document.querySelectorAll("[data-sound]")) {
    onSound((isOn) => onRelease(() => { button.hidden = isOn || !button.dataset.isWanted; }));
    button.addEventListener("click", ring);
  }
  wantSound(document.querySelector("#alerts .alert-x:not(.taken)") ? "[data-sound]" : "[data-sound=early]");
}

function again() {
  clearTimeout(retry);
  tries = 0;
  if (socket.readyState > 1) connect();
}

function connect() {
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${document.body.dataset.socket ?? "/ws/feed/"}`);
  socket = mine;
  isAsking = false;
  got = 0;
  listen();
  mine.onopen = () => {
    heard();
    tries = 0;
    show(true);
    ask();
    if (wasOpen) lookAtAll();
    wasOpen = true;
  };
  mine.onmessage = (event) => {
    heard();
    receive(JSON.parse(event.data));
  };
  mine.onclose = ({ code }) => {
    if (mine !== socket) return;
    // What this page shows was taken from it: it loads itself, and the server says why.
    if (code === GONE) return location.reload();
    lost();
  };
}

/** Each waits for a random while, so that a thousand pages do not all come back in the same second. */
function lost() {
  heard();
  show(false);
  clearTimeout(retry);
  retry = setTimeout(connect, Math.min(SLOWEST, 1000 * 2 ** tries++) * (0.5 + Math.random()));
}

/** A line that died without a word still looks open: who does not answer in time is taken for gone. */
function beat() {
  if (socket.readyState !== 1 || silence) return;
  socket.send(JSON.stringify({ alive: true }));
  listen();
}

function listen() {
  silence ??= setTimeout(() => {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    lost();
  }, SILENT);
}

function heard() {
  clearTimeout(silence);
  silence = undefined;
}

/** A quiet one is only there while the server does not answer although the phone has a network, and not for a moment. */
function show(isOn) {
  clearTimeout(quiet);
  for (const link of document.querySelectorAll("[data-link]")) {
    const isQuiet = "quiet" in link.dataset;
    link.hidden = isQuiet;
    if (isQuiet && !isOn) quiet = setTimeout(() => { link.hidden = !navigator.onLine; }, PATIENCE);
    link.classList.toggle("ok", isOn);
    link.classList.toggle("off", !isOn);
    link.querySelector(".dot").className = isOn ? "dot ok" : "dot";
    link.querySelector("[data-link-word]").textContent = say(isOn ? "online" : "offline");
  }
}

function lookAtAll() {
  parts().forEach((part) => look(part));
}

/** Again: although an answer may be under way, which may also never come. */
function ask(again = false) {
  if ((isAsking && !again) || socket.readyState !== 1) return;
  isAsking = true;
  told = seen;
  socket.send(JSON.stringify({ after: seen }));
}

function receive(message) {
  if (message.alive) return;
  if (!message.notes) confirm();
  if (message.again) {
    setTimeout(() => ask(true), Math.random() * SPREAD);
    lookAtAll();
  }
  if (message.look) look(message.look, message.soon ? SOON : SPREAD);
  if (message.notes) {
    isAsking = false;
    message.notes.forEach(take);
  }
  if (message.note) {
    if (message.note.seq > seen + 1) {
      isAsking = false;
      return ask();
    }
    take(message.note);
  }
}

/** The server sends only so much more than a page says it has read, so that a slow one never holds up the others. */
function confirm() {
  got += 1;
  if (got >= BUNCH) tell();
  else telling ??= setTimeout(tell, 1000);
}

function tell() {
  clearTimeout(telling);
  telling = undefined;
  if ((got || seen > told) && socket.readyState === 1) {
    socket.send(JSON.stringify({ got, seen }));
    told = seen;
  }
  got = 0;
}

function take(note) {
  if (note.seq <= seen) return;
  seen = note.seq;
  telling ??= setTimeout(tell, 1000);
  sessionStorage.setItem(key, seen);
  look("bell", SOON);
  if (note.alert_id) look("alerts");
  if (note.muted || isInSight(note)) return;
  toast(note);
  if (!note.urgent) return;
  ring();
  if (isBlocked()) wantSound();
}

/** What is said in a thread that is open stands there already; it looks again, so that its notice counts as read. */
function isInSight({ url, urgent }) {
  const thread = !urgent && !document.hidden && document.querySelector(`[data-about="${CSS.escape(url)}"]`);
  if (thread) thread.dispatchEvent(new CustomEvent("again", { bubbles: true }));
  return Boolean(thread);
}

/** A phone has no room for it before something is open; at a desk and on the wall it is there early. */
function wantSound(which = "[data-sound]") {
  for (const button of document.querySelectorAll(which)) {
    button.dataset.isWanted = "1";
    button.hidden = !isBlocked();
  }
}

function toast(note) {
  const close = make("button", { type: "button", "aria-label": say("close") }, icon("x"));
  const line = make("a", { class: "grow", href: note.url }, note.line);
  const box = make("div", { class: note.urgent ? "toast-x urgent" : "toast-x" }, icon(note.urgent ? "alert-octagon" : "bell"), line, close);
  if (note.urgent) box.setAttribute("role", "alert");
  close.addEventListener("click", () => drop(box));
  region.append(box);
  if (region.children.length > AT_ONCE) (region.querySelector(".toast-x:not(.urgent)") ?? region.firstChild).remove();
  waiting.add(box);
  badge();
  if (!note.urgent) leave(box);
}

/** Goes by itself, but only after the page was looked at for a while. */
function leave(box) {
  setTimeout(() => (document.hidden || box.matches(":hover, :focus-within") ? leave(box) : drop(box)), CALM);
}

function drop(box) {
  box.remove();
  waiting.delete(box);
  if (!region.children.length) waiting.clear();
  badge();
}

function badge() {
  document.title = waiting.size ? `(${waiting.size}) ${title}` : title;
}

const timers = new Map();

function look(part, spread = SPREAD) {
  if (timers.has(part)) return;
  timers.set(part, setTimeout(() => {
    timers.delete(part);
    document.body.dispatchEvent(new CustomEvent(`look:${part}`));
  }, Math.random() * spread));
}

function parts() {
  const triggers = [...document.querySelectorAll('[hx-trigger*="look:"]')].map((element) => element.getAttribute("hx-trigger"));
  return new Set(triggers.flatMap((text) => [...text.matchAll(/look:(\w+)/g)].map((match) => match[1])));
}
