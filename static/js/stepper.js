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
//       <p class="field-error">…</p>                              errors of a 422 answer stand inside their section
//     </section>
//     <section class="stack" data-summary>…<ol data-summary-list></ol><button class="w-btn" type="submit">…</button></section>
//     {% include "parts/_stepper_dock.html" %}                    back, read aloud, go on; hidden without scripts
//   </form>
//
// A section may do without radios (number, text or photo only): then any answer in it counts. data-optional on a section:
// it may stay empty. With an empty key nothing is kept, for trying a list out. Answers and photos are kept under the key in data-stepper until the server has taken the form, so
// neither a reload nor an expired session loses them. The form is sent by fetch: a redirect means it was taken, a page of
// status 4xx is searched for .field-error and [role=alert]. Without an answer everything stays, to be sent again.

import { forget, keep, recall } from "./drafts.js";
import { rest, wake } from "./once.js";
import { refuse } from "./refusals.js";
import { put } from "./shots.js";
import { speak } from "./speak.js";
import { put as putVoice } from "./voice.js";
import { icon, make, say } from "./words.js";

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
    this.left = new Set(); // steps that are not asked, as the answers stand
  }

  async begin() {
    this.form.noValidate = true;
    this.listen();
    const draft = await recall(this.key).catch(() => null);
    if (draft) this.restore(draft);
    const wrong = this.steps.findIndex((step) => step.querySelector(".field-error"));
    this.steps.forEach((step) => this.look(step));
    this.ask();
    this.go(wrong >= 0 ? wrong : draft ? draft.here : 0);
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
    addEventListener("beforeunload", (event) => this.isDirty && event.preventDefault());
    for (const name of ["online", "offline"]) addEventListener(name, () => this.signal());
    this.signal();
  }

  signal() {
    for (const note of this.form.querySelectorAll("[data-offline-note]")) note.hidden = navigator.onLine;
  }

  changed(event) {
    const step = event.target.closest("[data-step]");
    if (!step) return;
    this.isDirty = true;
    const answered = step.querySelector("[data-answered]");
    if (answered) answered.value = new Date().toISOString();
    if (event.target.closest("[data-number]")) this.limit(step);
    this.settle(step, event.target);
    this.look(step);
    this.ask();
    this.complain(step, "");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), 300);
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

  async keep() {
    if (!this.key) return;
    const fields = [], files = {};
    for (const input of this.form.querySelectorAll("[data-step] [name], [data-summary] [name]")) {
      if (input.type === "file") files[input.name] = [...input.files];
      else if (input.type === "radio" || input.type === "checkbox") fields.push([input.name, input.value, input.checked]);
      else fields.push([input.name, input.value, null]);
    }
    // A phone that stores nothing (private window, full) can still send the form.
    await keep(this.key, { fields, files, here: this.here }).catch(() => null);
  }

  restore(draft) {
    const inputs = [...this.form.querySelectorAll("[name]")];
    for (const [name, value, checked] of draft.fields) {
      for (const input of inputs.filter((each) => each.name === name)) {
        if (checked === null) input.value = value;
        else if (input.value === value) input.checked = checked;
      }
    }
    for (const [name, files] of Object.entries(draft.files)) {
      const input = inputs.find((each) => each.name === name);
      if (!input || !files.length) continue;
      if (input.closest("[data-voice]")) putVoice(input.closest("[data-voice]"), files);
      else put(input.closest("[data-shots]"), files);
    }
    this.steps.filter((step) => step.querySelector("[data-number]")).forEach((step) => this.limit(step));
    this.form.querySelector("[data-restored]")?.removeAttribute("hidden");
    this.isDirty = true;
  }

  async send(event) {
    event.preventDefault();
    const unfinished = this.steps.findIndex((step) => this.missing(step));
    if (unfinished >= 0) {
      this.go(unfinished);
      return this.complain(this.steps[unfinished], this.missing(this.steps[unfinished]));
    }
    await this.keep();
    const body = new FormData(this.form, event.submitter);
    rest(this.form, event.submitter);
    try {
      await this.answer(await fetch(this.form.action, { method: "POST", body, headers: { Accept: "text/html" } }));
    } catch {
      refuse(say("noAnswer"));
    } finally {
      wake(this.form);
    }
  }

  async answer(response) {
    if (response.redirected) {
      const to = new URL(response.url);
      this.isDirty = false;
      // Signed out in the meantime: sign in and come back to these answers.
      if (to.pathname.startsWith("/account/")) return location.assign(`${to.pathname}?next=${encodeURIComponent(location.pathname)}`);
      await forget(this.key).catch(() => null);
      return location.assign(to.href);
    }
    if (response.status >= 500) return refuse(say("noAnswer"));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const isMarked = this.mark(page);
    const sentence = page.querySelector("main [role=alert], main h1")?.textContent.trim();
    refuse(sentence || say(isMarked ? "marked" : "noAnswer"));
  }

  /** Takes the errors of the answered page over into the sections here, and leads to the first. */
  mark(page) {
    this.form.querySelectorAll(".field-error").forEach((old) => old.remove());
    const errors = this.steps.map((step) => page.querySelector(`[data-step="${step.dataset.step}"] .field-error`));
    errors.forEach((error, at) => error && this.steps[at].append(document.importNode(error, true)));
    const first = errors.findIndex(Boolean);
    if (first >= 0) this.go(first);
    return first >= 0;
  }
}
