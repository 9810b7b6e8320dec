// Every worker page: the chip that says where hand-ins stand, the app on the phone, and the sending itself.

import { onChange, pageOf, records, remove } from "./queue.js";
import { flush } from "./sender.js";
import { icon, make, say } from "./words.js";

const user = Number(document.body.dataset.user);
const SOONEST = 5_000, SLOWEST = 300_000, KEEP_EVERY = 300_000;
let tries = 0, retry, own = [], others = 0, isSending = false, isLeaving = false, wasDone = null;

export async function setup(chip) {
  if (!user) return;
  chip.hidden = false;
  onChange(() => refresh(chip));
  for (const name of ["online", "offline"]) addEventListener(name, () => refresh(chip));
  addEventListener("online", back);
  addEventListener("submit", () => { isLeaving = true; });
  document.body.addEventListener("sync:reached", () => refresh(chip));
  addEventListener("pageshow", (event) => event.persisted && send());
  document.addEventListener("visibilitychange", () => !document.hidden && send());
  document.querySelectorAll("[data-send]").forEach((button) => button.addEventListener("click", () => press(button)));
  await refresh(chip);
  // A record that was on its way when its page died waits again.
  send();
  install();
}

async function send() {
  clearTimeout(retry);
  if (!own.some(isWaiting) || isSending) return;
  isSending = true;
  const outcome = await flush().catch(() => null);
  isSending = false;
  tries = outcome?.left && outcome.kind ? tries + 1 : 0;
  // Each waits for a random while, so that a workshop that finds its network again does not come all at once.
  if (outcome?.left || !outcome) retry = setTimeout(send, Math.min(SLOWEST, SOONEST * 2 ** tries) * (0.5 + Math.random()));
}

/** The network is said to be there again: what was shown from the phone is looked up anew where nothing can be typed. */
async function back() {
  const isOld = "kept" in document.body.dataset && document.querySelector("[data-renew]");
  if (isOld && (await isThere()) && !isLeaving) return location.reload();
  send();
  return install();
}

/** A phone believes in a network sooner than there is one; a page that is on its way to the next one stays out of it. */
function isThere() {
  const asked = { headers: { Accept: "application/json" }, cache: "no-store" };
  return fetch("/m/sync/state/", asked).then(({ status }) => status < 500, () => false);
}

async function press(button) {
  button.disabled = true;
  button.classList.add("is-busy");
  tries = 0;
  await send();
  button.disabled = false;
  button.classList.remove("is-busy");
}

function isWaiting(each) {
  return each.state === "waiting" || each.state === "sending";
}

async function refresh(chip) {
  const all = (await records().catch(() => [])).filter((each) => each.state !== "draft");
  own = all.filter((each) => each.user === user).sort((one, other) => one.handed - other.handed);
  others = all.filter((each) => each.user !== user && each.state !== "done").length;
  const isOff = !navigator.onLine || "kept" in document.body.dataset;
  show(chip, isOff);
  for (const note of document.querySelectorAll("[data-offline-note]")) note.hidden = !isOff;
  document.querySelectorAll("[data-later]").forEach(opens);
  document.querySelectorAll("[data-task]").forEach(mark);
  document.querySelectorAll("[data-todo]").forEach(count);
  document.querySelectorAll("[data-queue]").forEach(list);
  fresh();
}

function show(chip, isOff) {
  const waiting = own.filter(isWaiting), refused = own.filter((each) => each.state === "refused");
  const sending = waiting.findIndex((each) => each.state === "sending");
  const left = waiting.length + refused.length;
  let look = ["ok", "cloud-check", say("synced")];
  if (left) look = ["off", "cloud-off", say("waiting", { n: left })];
  else if (isOff) look = ["off", "cloud-off", say("noNetwork")];
  if (sending >= 0 && !isOff) look = ["", "cloud-up", say("sending", { n: sending + 1, of: waiting.length })];
  chip.className = `sync ${look[0]}`;
  chip.replaceChildren(icon(look[1]), make("span", {}, look[2]));
  if ("quiet" in chip.dataset) chip.hidden = !left;
}

/** A task that is handed in already, as far as this phone is concerned. */
function mark(task) {
  const done = own.find((each) => each.run === Number(task.dataset.task) && (isWaiting(each) || each.state === "done"));
  const button = task.querySelector("form, a.w-btn");
  let state = task.querySelector("[data-task-state]");
  if (button) button.hidden = Boolean(done);
  if (!done) return state?.remove();
  if (!state) {
    state = make("span", { class: "state inv", "data-task-state": "" });
    (task.querySelector(".go") ?? task.lastElementChild).before(state);
  }
  state.replaceChildren(icon(isWaiting(done) ? "device-mobile" : "check"), say(isWaiting(done) ? "onPhone" : "handedIn"));
}

/** Opened meanwhile: from a page that was kept this morning the check can be begun all the same. */
function opens(row) {
  if (Date.parse(row.dataset.later) > Date.now() || !row.dataset.href) return;
  const link = make("a", { class: row.className, href: row.dataset.href, "data-task": row.dataset.task }, ...row.childNodes);
  row.replaceWith(link);
  mark(link);
}

function count(title) {
  const left = Number(title.dataset.todo) - document.querySelectorAll("[data-task]:not([data-later]) [data-task-state]").length;
  if (left !== Number(title.dataset.left ?? title.dataset.todo)) title.textContent = left > 0 ? say("toDoLeft", { n: left }) : say("allDone");
  title.dataset.left = left;
}

// The page that shows all of it

function list(box) {
  const waiting = own.filter(isWaiting), refused = own.filter((each) => each.state === "refused");
  const photos = waiting.flatMap((each) => each.files.filter((file) => !file.isThere && !file.isLeft));
  const size = (photos.reduce((sum, file) => sum + file.size, 0) / 2 ** 20).toFixed(1);
  const rows = [row("device-mobile", "n", say("stored", { n: waiting.length }), say("photos", { n: photos.length, size }))];
  rows.push(...waiting.map((each) => row(each.run ? "clipboard-check" : "alert-triangle", "n", called(each), why(each), ...signIn(each))));
  rows.push(...refused.map((each) => row("alert-octagon", "bad", called(each), reason(each), ...ways(each))));
  if (others) rows.push(row("users", "n", say("others", { n: others }), say("othersHow")));
  box.replaceChildren(...rows);
}

function called(each) {
  const place = each.fields.find(([name]) => name === "place")?.[1];
  return each.run ? each.title : say(each.form === "/m/incident/" ? "incidentRow" : "hazardRow", { title: each.title || place || say("photoReport") });
}

function row(sign, look, title, line, ...ends) {
  const words = make("span", { class: "grow" }, make("span", { class: "t-b" }, title), make("span", { class: "w-s d-block" }, line));
  return make("div", { class: "w-item" }, make("span", { class: `w-ico ${look}` }, icon(sign)), words, ...ends);
}

function why(each) {
  if (each.problem?.kind === "signedOut") return say("signIn");
  const there = each.files.filter((file) => file.isThere).length;
  if (each.files.length && (each.state === "sending" || there)) return say("photosThere", { n: there, of: each.files.length });
  return each.problem?.kind && navigator.onLine ? say("noAnswerYet") : say("waitsForNetwork");
}

function signIn(each) {
  if (each.problem?.kind !== "signedOut") return [];
  return [make("a", { class: "btn btn-line", href: `/account/login/?next=${encodeURIComponent(location.pathname)}` }, say("signInNow"))];
}

/** What is wrong and with which photo, as the person would be told. */
export function reason({ problem }) {
  const sentence = problem?.say ? say(problem.say) : problem?.sentence ?? "";
  return problem?.nth && problem.name.startsWith("photos") ? say("photoRefused", { n: problem.nth, why: sentence }) : sentence;
}

function ways(each) {
  const isPhoto = Boolean(each.problem?.nth);
  const open = make("a", { class: "btn btn-line", href: pageOf(each) }, say(isPhoto ? "again" : "open"));
  if (each.run && (isPhoto || each.problem?.items)) return [open];
  const away = make("button", { class: "btn btn-line", type: "button" }, say("throwAway"));
  away.addEventListener("click", () => confirm(say("throwAwaySure")) && remove(each.id));
  return [open, away];
}

/** On the page of the queue the server's own count follows. */
function fresh() {
  const done = own.filter((each) => each.state === "done").length;
  const isNew = wasDone !== null && done > wasDone;
  wasDone = done;
  if (isNew && navigator.onLine && document.querySelector("[data-queue]")) location.reload();
}

// The app on the phone

async function install() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    await keepDay(active);
  } catch {
    // A phone that takes no service worker works with network as before.
  }
}

async function keepDay(worker) {
  const key = `kept:${user}`, last = Number(sessionStorage.getItem(key) ?? 0), isKept = "kept" in document.body.dataset;
  if (!navigator.onLine || (Date.now() - last < KEEP_EVERY && location.pathname !== "/m/" && !isKept)) return;
  const response = await fetch("/m/sync/state/", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) return;
  const { user: whose, pages, runs } = await response.json();
  if (whose !== user) return;
  worker.postMessage({ type: "keep", user: String(user), pages, runs });
  sessionStorage.setItem(key, Date.now());
  delete document.body.dataset.kept;
  document.body.dispatchEvent(new CustomEvent("sync:reached"));
}
