// One question per screen for a long form, as in a check at the machine. Without scripts the same form is one long page.
//
// What the template gives:
//
//   <form method="post" enctype="multipart/form-data" action="…" data-stepper="run-17"> {% csrf_token %}
//     {% include "parts/_stepper_head.html" %}                    progress cells, the note for "no signal"
//     <section class="stack" data-step="17" data-photo="always|on_fail|never">     one per question, also without scripts
//       also: data-kind="pass_fail|number|choice|text|photo"; data-position; data-only-if="3" data-only-value="fail": asked
//       only where the question of position 3 was answered so. Others are left out, and come back when the answer changes.
//       <div><p class="w-s">…4 / 8</p><h2 class="w-q">…</h2></div>
//       {% include "parts/_shots.html" with name="photos-4" taken="taken-4" %}
//       <fieldset class="w-ans"><legend class="sr">…</legend>
//         <label><input type="radio" name="value-4" value="pass"><span class="ok">{% icon "check" %}…</span></label>
//         … value="fail" with <span class="no">, value="not_in_use" …                a tap on the latter goes on by itself
//       </fieldset>
//       <div class="read" data-number data-min="0.45" data-max="0.60" data-by="0.01" data-unit="MPa">   out of range chooses "fail"
//         <button type="button" data-minus>…</button><input name="number-4" inputmode="decimal"><button type="button" data-plus>…</button></div>
//       <input type="radio" name="text-4" value="…" data-fails>   of a choice: chooses "fail", the others "pass"
//       <div class="stack" data-if="fail">…</div>                 shown for these answers only; leave it visible in the HTML
//       <input type="hidden" name="answered_at-4" data-answered>  time of the last change, ISO 8601
//       <div class="note bad" role="alert" data-fault>…</div>     errors of a 422 answer, below their question
//     </section>
//     <section class="stack" data-summary>…<ol data-summary-list></ol><button class="w-btn no-js" type="submit">…</button></section>
//     {% include "parts/_stepper_dock.html" with may_hand_in=True %}   back, read aloud, go on, hand in; hidden without scripts
//   </form>
//
// A section may do without radios (number, text or photo only): then any answer in it counts. data-optional on a section:
// it may stay empty. With an empty key nothing is kept, for trying a list out. The form also says whose run it is: data-run, data-user, data-title.
//
// Each change is written to the phone's queue (queue.js) at once, with the files of every file input; neither a reload nor
// a tab that dies nor an ended session loses it. Handing in only lets go of the record: sender.js takes it to the server,
// now or when there is a network, and [data-saved] takes the form's place. What the server refused comes back marked.

import { read, show } from "./draft.js";
import { begin, find, keep, onChange, record } from "./queue.js";
import { rest, wake } from "./once.js";
import { refuse, settled } from "./refusals.js";
import { settle } from "./sender.js";
import { put } from "./shots.js";
import { speak } from "./speak.js";
import { reason } from "./sync.js";
import { icon, make, say } from "./words.js";

// So long the button turns before the person may go on with the next task.
const AT_ONCE = 20_000, TYPING = 300;
const CELLS = { pass: "p", fail: "x", not_in_use: "k" };

export function setup(form) {
  new Stepper(form).begin();
}

class Stepper {
  constructor(form) {
    this.form = form;
    this.key = form.dataset.stepper;
    this.steps = [...form.querySelectorAll("[data-step]")];
    this.screens = [...this.steps, form.querySelector("[data-summary]")];
    this.here = 0;
    this.isDirty = false;
    this.known = new WeakMap(); // File → what it is called in the record
    this.kept = new Promise((found) => { this.found = found; }); // nothing is written before all that stands is shown again
    this.left = new Set(); // steps that are not asked, as the answers stand
  }

  async begin() {
    this.form.noValidate = true;
    this.listen();
    const { run, user, title } = this.form.dataset;
    const standing = this.key ? await find(this.key, Number(user)).catch(() => null) : null;
    const isGone = standing && isOver(standing);
    this.record = standing && !isGone ? standing : begin({ key: this.key, run: Number(run), user: Number(user), title });
    // A page that was kept knows less than the queue; one that is fresh knows that it may be done again.
    // The label that was scanned without network goes along; the server judges it.
    const label = new URLSearchParams(location.search).get("label");
    if (label) this.record.label = label;
    if (isGone && (standing.state !== "done" || "kept" in document.body.dataset)) return this.saved(standing);
    const draft = standing && !isGone && !("again" in this.form.dataset) ? standing : null, last = draft?.here ?? 0; // what is written on the way moves it
    if (draft) await this.restore(draft).catch(() => refuse(say("noAnswer")));
    else this.catchUp();
    this.found();
    if (this.key) onChange(() => this.watch());
    this.steps.forEach((step) => this.look(step));
    this.ask();
    const wrong = this.steps.findIndex((step) => step.querySelector("[data-fault]"));
    this.go(wrong >= 0 ? wrong : last);
  }

  listen() {
    const press = (selector, act) => this.form.querySelectorAll(selector).forEach((button) => button.addEventListener("click", () => act(button)));
    press("[data-prev]", () => this.go(this.here - 1, -1));
    press("[data-next]", () => this.next());
    press("[data-read]", () => speak(this.screens[this.here].querySelector(".w-q, h2")?.innerText));
    press("[data-minus]", (button) => this.turn(button, -1));
    press("[data-plus]", (button) => this.turn(button, 1));
    for (const name of ["input", "change", "shots:changed", "voice:changed"]) this.form.addEventListener(name, (event) => this.changed(event));
    this.form.addEventListener("click", (event) => this.tapped(event));
    this.form.addEventListener("submit", (event) => this.send(event));
    addEventListener("beforeunload", (event) => this.isFull && event.preventDefault());
  }

  /** Photos that were there before this script listened, because somebody was faster. */
  catchUp() {
    for (const box of this.form.querySelectorAll("[data-shots]")) {
      if (box.shots?.length) this.changed({ type: "shots:changed", target: box.querySelector("input[type=file]") });
    }
  }

  changed(event) {
    const step = event.target.closest("[data-step]");
    // Photos are made smaller first; until then the input holds the new ones alone.
    if (!step || (event.type !== "shots:changed" && event.target.type === "file" && event.target.closest("[data-shots]"))) return;
    if (this.isRestoring) return;
    this.isDirty = true;
    step.querySelectorAll("[data-fault]").forEach((old) => old.remove());
    const answered = step.querySelector("[data-answered]");
    if (answered) answered.value = new Date().toISOString();
    if (event.target.closest("[data-number]")) this.limit(step);
    this.settle(step, event.target);
    this.look(step);
    this.ask();
    this.complain(step, "");
    clearTimeout(this.timer);
    // A choice or a photo is written down at once, words when the finger rests.
    this.timer = setTimeout(() => this.keep(), event.type === "input" && event.target.matches("textarea, [inputmode], [type=text]") ? TYPING : 0);
  }

  /** An answer leads on by itself, unless it is a problem or something is missing still. */
  tapped(event) {
    const radio = event.target.closest("[data-step] input[type=radio]");
    if (!radio || !event.detail || /^(stopped|level)-/.test(radio.name)) return;
    const step = radio.closest("[data-step]");
    const isDone = () => !this.missing(step) && !step.querySelector(`[data-if~="${this.value(step)}"]`);
    setTimeout(() => step === this.screens[this.here] && isDone() && this.next(), 280);
  }

  choose(step, value) {
    const radio = step.querySelector(`input[type=radio][name^=value-][value=${value}]`);
    if (radio) radio.checked = true;
  }

  /** What was chosen, written or photographed is the answer; whoever sees a problem in it still says so. */
  settle(step, target) {
    const kind = step.dataset.kind;
    if (kind === "choice" && target.name.startsWith("text-")) this.choose(step, step.querySelector("[data-fails]:checked") ? "fail" : "pass");
    if (kind === "text" && target.name.startsWith("text-") && !this.value(step)) this.choose(step, "pass");
    if (kind === "photo" && target.files?.length && !this.value(step)) this.choose(step, "pass");
  }

  /** What the conditions of other questions look at: the judgement, and the words of a choice in either language. */
  said(step) {
    const value = this.value(step);
    const chosen = step.dataset.kind === "choice" && value !== "not_in_use" && step.querySelector("input[name^=text-]:checked");
    return chosen ? [value, chosen.value, chosen.dataset.zh, chosen.dataset.en] : [value];
  }

  /** As inspections/conditions.py: asked where the question before was asked and answered so. */
  ask() {
    const said = new Map();
    for (const step of this.steps) {
      const { position, onlyIf, onlyValue } = step.dataset;
      const isAsked = onlyIf === undefined || !said.has(onlyIf) || said.get(onlyIf).includes(onlyValue);
      said.set(position, isAsked ? this.said(step) : []);
      if (isAsked === this.left.has(step)) this.leave(step, !isAsked);
    }
    const counted = this.steps.filter((step) => step.querySelector("[data-count-of]") && !this.left.has(step));
    counted.forEach((step, at) => { step.querySelector("[data-count-of]").textContent = say("countOf", { n: at + 1, of: counted.length }); });
    this.cells();
  }

  /** What is not asked is not sent either; it is kept, in case it is asked again. */
  leave(step, isLeft) {
    if (isLeft) this.left.add(step);
    else this.left.delete(step);
    step.querySelectorAll("input, select, textarea").forEach((input) => { input.disabled = isLeft; });
    if (!isLeft) this.look(step);
  }

  turn(button, direction) {
    const box = button.closest("[data-number]");
    const input = box.querySelector("input"), by = box.dataset.by ?? "1";
    const digits = (by.split(".")[1] ?? "").length;
    const from = input.value === "" ? Number(box.dataset.min ?? 0) : Number(input.value.replace(",", ".")) + direction * Number(by);
    input.value = from.toFixed(digits);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  limit(step) {
    const box = step.querySelector("[data-number]"), input = box.querySelector("input");
    const value = Number(input.value.replace(",", "."));
    const has = (name) => box.dataset[name] !== undefined && box.dataset[name] !== "" && input.value !== "";
    const high = has("max") && value > Number(box.dataset.max), low = has("min") && value < Number(box.dataset.min);
    input.classList.toggle("bad", high || low);
    step.querySelector("[data-limit]")?.remove();
    const by = Number(Math.abs(high ? value - Number(box.dataset.max) : value - Number(box.dataset.min)).toPrecision(6));
    const off = high ? say("highBy", { much: by }) : low ? say("lowBy", { much: by }) : "";
    const gauge = step.querySelector("[data-gauge]");
    if (gauge) this.point(gauge, input.value === "" ? NaN : value, off);
    if (!high && !low) return input.value !== "" && this.choose(step, "pass");
    const much = say(high ? "highBy" : "lowBy", { much: `${by} ${box.dataset.unit ?? ""}`.trim() });
    const words = make("span", {}, make("b", {}, say(high ? "tooHigh" : "tooLow")), say("thenReport", { much }));
    (gauge ?? box).after(make("div", { class: "note bad", role: "alert", "data-limit": "" }, icon("alert-octagon"), words));
    this.choose(step, "fail");
  }

  /** Moves the gauge's pointer; outside of the range it says by how much, where the range's own numbers leave room. */
  point(gauge, value, off) {
    const { at, origin, per } = gauge.dataset;
    const x = Math.max(12, Math.min(346, Number(at) + (value - Number(origin)) * Number(per)));
    const pointer = gauge.querySelector("[data-pointer]"), words = gauge.querySelector("[data-off]");
    pointer.classList.toggle("d-none", Number.isNaN(x));
    if (!Number.isNaN(x)) pointer.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    pointer.classList.toggle("off", off !== "");
    words.textContent = off;
    words.setAttribute("x", x > Number(at) && off ? Math.max(304, Math.min(310, x)) : 46);
  }

  value(step) {
    return step.querySelector("input[name^=value-]:checked")?.value ?? "";
  }

  has(step) {
    if (step.querySelector("input[name^=value-]")) return Boolean(this.value(step));
    const isFilled = (input) => (input.type === "file" ? input.files.length : input.type === "radio" ? input.checked : input.value.trim());
    return [...step.querySelectorAll("input:not([type=hidden], [name^=voice]), textarea, select")].some(isFilled);
  }

  look(step) {
    const value = this.value(step);
    for (const part of step.querySelectorAll("[data-if]")) {
      part.hidden = !part.dataset.if.split(" ").includes(value);
      part.querySelectorAll("input, select, textarea").forEach((input) => { input.disabled = part.hidden; });
    }
    this.cells();
  }

  cells() {
    const cells = this.steps.filter((step) => !this.left.has(step)).map((step) => {
      const state = step === this.screens[this.here] ? "h" : this.has(step) ? CELLS[this.value(step)] ?? "p" : "";
      return make("li", { class: state });
    });
    const list = this.form.querySelector("[data-cells]");
    list.replaceChildren(...cells);
    list.hidden = false;
  }

  /** What still has to be done on this screen, as a sentence. */
  missing(step) {
    if ("optional" in step.dataset || this.left.has(step)) return "";
    if (!this.has(step)) return say("answerMissing");
    const rule = step.dataset.photo, value = this.value(step);
    const shots = step.querySelector("[data-shots]");
    const files = shots ? shots.querySelector("input[type=file]").files.length + shots.querySelectorAll("input[name$=-kept]").length : 1;
    const needs = value !== "not_in_use" && (rule === "always" || (rule === "on_fail" && value === "fail"));
    if (needs && !files) return say("photoMissing");
    const empty = [...step.querySelectorAll("[required]")].find((input) => !input.disabled && input.type !== "radio" && !input.value.trim());
    return empty ? say("answerMissing") : "";
  }

  complain(step, sentence) {
    step.querySelector("[data-complaint]")?.remove();
    if (!sentence) return;
    const note = make("div", { class: "note bad", role: "alert", "data-complaint": "" }, icon("alert-octagon"), make("b", {}, sentence));
    step.append(note);
    note.scrollIntoView({ block: "nearest" });
  }

  next() {
    const screen = this.screens[this.here];
    const missing = screen.matches("[data-step]") ? this.missing(screen) : "";
    this.complain(screen, missing);
    if (!missing) this.go(this.here + 1);
  }

  go(to, direction = 1) {
    this.here = Math.max(0, Math.min(to, this.screens.length - 1));
    while (this.left.has(this.screens[this.here]) && this.here > 0) this.here += direction;
    this.screens.forEach((screen, at) => { screen.hidden = at !== this.here; });
    const isEnd = this.here === this.screens.length - 1;
    const dock = this.form.querySelector("[data-dock]");
    dock.hidden = false;
    dock.querySelector("[data-prev]").disabled = this.here === 0;
    dock.querySelector("[data-next]").hidden = isEnd;
    dock.querySelector("[data-hand-in]")?.toggleAttribute("hidden", !isEnd);
    dock.querySelector("[data-read]").hidden = isEnd || !("speechSynthesis" in window);
    if (isEnd) this.sum();
    this.cells();
    scrollTo(0, 0);
    const title = this.screens[this.here].querySelector(".w-q, h2");
    title?.setAttribute("tabindex", "-1");
    title?.focus({ preventScroll: true });
    if (this.isDirty) this.keep();
  }

  sum() {
    const list = this.form.querySelector("[data-summary-list]");
    list?.replaceChildren(...this.steps.flatMap((step, at) => (this.left.has(step) ? [] : [this.line(step, at)])));
  }

  line(step, at) {
    const radio = step.querySelector("input[name^=value-]:checked");
    const choice = step.querySelector("input[type=radio][name^=text-]:checked, input[name=ex]:checked");
    const said = [choice?.nextElementSibling.textContent.trim() ?? "", choice && radio?.value === "pass" ? "" : radio?.nextElementSibling.firstChild?.nextSibling?.textContent ?? "", step.querySelector("[data-number] input")?.value ?? ""].filter(Boolean).join(" · ");
    const missing = this.missing(step);
    const look = missing || radio?.value === "fail" ? "bad" : radio?.value === "not_in_use" ? "" : "ok";
    const sign = look ? [icon(look === "ok" ? "check" : "alert-octagon")] : [];
    const state = make("span", { class: `state ${look}` }, ...sign, missing || said.trim());
    const button = make("button", { type: "button", class: "w-item" }, make("span", { class: "grow" }, step.querySelector(".w-q, h2").innerText || step.querySelector(".w-q, h2").textContent), state);
    button.addEventListener("click", () => this.go(at));
    return make("li", {}, button);
  }

  /** One after the other, so that an older state never overwrites a newer one. */
  keep(facts = {}) {
    if (!this.key) return Promise.resolve(true);
    this.kept = this.kept.catch(() => null).then(() => this.write(facts));
    return this.kept.catch(() => this.full(true));
  }

  async write(facts) {
    const { added, ...said } = await read(this.form.querySelectorAll("[data-step] [name], [data-summary] [name]"), this.known);
    const draft = { ...this.record, ...said, here: this.here, ...facts };
    const other = await keep(draft, added).catch((error) => {
      added.forEach(({ file }) => this.known.delete(file)); // not written, so not known
      throw error;
    });
    this.full(false);
    navigator.storage?.persist?.().catch(() => null);
    if (other) await this.follows(other);
    else this.record = draft;
    return !other;
  }

  /** Another page of this phone was faster: this one shows what stands, and never a second record of the same check. */
  async follows(standing) {
    this.record = standing;
    if (isOver(standing)) return this.saved(standing);
    await this.restore(standing);
    this.steps.forEach((step) => this.look(step));
    this.ask();
  }

  async watch() {
    const standing = this.form.hidden ? null : await find(this.key, this.record.user).catch(() => null);
    if (!standing || standing.version === this.record.version || (standing.state === "done" && standing.sent < this.record.began)) return;
    this.kept = this.kept.catch(() => null).then(() => standing.version !== this.record.version && this.follows(standing));
  }

  /** The phone has no room left: then the page itself must stay open. */
  full(isFull) {
    if (isFull && !this.isFull) refuse(say("phoneFull"));
    if (!isFull && this.isFull) settled();
    this.isFull = isFull;
    return !isFull;
  }

  async restore(draft) {
    this.isRestoring = true;
    await show(this.form, draft, this.known).finally(() => { this.isRestoring = false; });
    this.steps.filter((step) => step.querySelector("[data-number]")).forEach((step) => this.limit(step));
    this.form.querySelector("[data-restored]")?.removeAttribute("hidden");
    this.isDirty = true;
    if (draft.state === "refused") this.mark(draft);
  }

  async send(event) {
    event.preventDefault();
    const unfinished = this.steps.findIndex((step) => this.missing(step));
    if (unfinished >= 0) {
      this.go(unfinished);
      return this.complain(this.steps[unfinished], this.missing(this.steps[unfinished]));
    }
    clearTimeout(this.timer);
    if (!this.key) return this.bare();
    rest(this.form, event.submitter);
    const isKept = await this.keep({ state: "waiting", handed: Date.now(), problem: null, tries: 0 });
    // Where nothing can be kept, the form goes as it goes without scripts.
    if (this.isFull) return navigator.onLine ? this.bare() : wake(this.form);
    this.isDirty = false;
    return isKept ? this.follow() : wake(this.form);
  }

  bare() {
    this.isFull = false;
    this.form.submit();
  }

  /** With a network it goes at once; without, or when it takes long, the person goes on. */
  async follow() {
    const standing = navigator.onLine ? await settle(this.record.id, AT_ONCE).catch(() => null) : null;
    wake(this.form);
    if (standing?.state === "refused") return this.returned(standing);
    if (standing?.state === "done") return location.assign(standing.url);
    if (standing?.problem?.kind === "signedOut") return location.assign(`/account/login/?next=${encodeURIComponent(location.pathname)}`);
    ring();
    return this.saved(standing ?? this.record);
  }

  returned(standing) {
    this.record = standing;
    this.isDirty = true;
    const bad = standing.problem.files ?? [];
    for (const box of this.form.querySelectorAll("[data-shots]")) {
      const good = (box.shots ?? []).filter((file) => !bad.includes(this.known.get(file)?.id));
      if (good.length < (box.shots ?? []).length) put(box, good);
    }
    this.mark(standing);
  }

  /** What the server said of single items stands at them, and the first one is shown; the rest stands above all. */
  mark(standing) {
    this.form.querySelectorAll("[data-fault]").forEach((old) => old.remove());
    const { items = {}, name = "" } = standing.problem ?? {};
    const all = name ? { ...items, [name.split("-").pop()]: reason(standing) } : items;
    for (const [item, sentence] of Object.entries(all)) {
      const step = this.steps.find((each) => each.dataset.step === item);
      if (sentence && step) this.blame(step, sentence, name.startsWith("photos"));
    }
    const first = this.steps.findIndex((step) => step.querySelector("[data-fault]"));
    if (first >= 0) this.go(first);
    else refuse(reason(standing) || say("marked"));
  }

  /** Below the question and above all that was answered: seen without scrolling, and read out. */
  blame(step, sentence, isPhoto) {
    const note = make("div", { class: "note bad wrap", role: "alert", "data-fault": "" }, icon("alert-octagon"), make("span", { class: "grow" }, sentence));
    step.querySelector(".w-q").parentElement.after(note);
    if (!isPhoto) return;
    const again = make("button", { type: "button", class: "w-btn mid" }, icon("camera"), say("again"));
    again.addEventListener("click", () => step.querySelector("[data-shots] input[type=file]").click());
    note.append(again);
  }

  /** In the form's place: it is on the phone, and what becomes of it. */
  saved(standing) {
    const box = document.querySelector("[data-saved]");
    const tell = ({ state, files, url }) => {
      const left = files.filter((file) => !file.isThere && !file.isLeft).length, isDone = state === "done";
      box.querySelector("[data-saved-title]").textContent = say(isDone ? "handedIn" : "savedOnPhone");
      box.querySelector("[data-saved-line]").textContent = isDone ? "" : left ? say("photosWait", { n: left }) : say("waitsForNetwork");
      const link = box.querySelector("[data-saved-link]");
      link.hidden = !isDone || !url;
      if (url) link.href = url;
    };
    tell(standing);
    this.isDirty = false;
    this.form.hidden = true;
    box.hidden = false;
    box.querySelector("h2").focus();
    onChange(async () => {
      const now = await record(standing.id);
      if (now?.state === "refused") location.reload();
      else if (now?.state === "done" && standing.state !== "done" && !document.hidden) location.assign(now.url);
      else if (now) tell(now);
    });
  }
}

function isOver(standing) {
  return !["draft", "refused"].includes(standing.state);
}

/** Where the browser can, it sends on even when this page is closed. */
function ring() {
  navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("hand-in")).catch(() => null);
}
