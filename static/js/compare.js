// <div class="cmp" data-compare="label of the slider">: figures with data-stage before or after. Without scripts they stand side
// by side; here two of them lie on each other and a slider moves the border. The others wait below as buttons; a picture that
// is pressed in the pair opens in full size, as everywhere.

import { icon, make, say } from "./words.js";

export function setup(box) {
  const before = stage(box, "before"), after = stage(box, "after");
  if (before.length && after.length) new Pair(box, before, after);
}

function stage(box, name) {
  return [...box.querySelectorAll(`[data-stage=${name}]`)];
}

class Pair {
  constructor(box, before, after) {
    Object.assign(this, { box, sets: { before, after }, shown: { before: before[0], after: after.at(-1) } });
    this.range = make("input", { type: "range", min: 0, max: 100, value: 50, step: 1, class: "cmp-range", "aria-label": box.dataset.compare });
    this.range.addEventListener("input", () => this.move());
    this.line = make("span", { class: "cmp-line", "aria-hidden": "true" });
    this.see = make("div", { class: "cmp-see" }, this.line, this.range);
    box.before(this.head());
    box.append(this.see);
    box.classList.add("is-pair");
    box.after(this.rest());
    this.draw();
  }

  head() {
    const modes = [["slide", "arrows-horizontal", true], ["beside", "columns-2", false]];
    const buttons = modes.map(([name, sign, isOn]) => {
      const button = make("button", { type: "button", class: isOn ? "on" : "", "aria-pressed": isOn }, icon(sign), say(`cmp-${name}`.replace(/-(\w)/, (_all, letter) => letter.toUpperCase())));
      button.addEventListener("click", () => this.mode(name, buttons, button));
      return button;
    });
    return make("div", { class: "seg cmp-head", role: "group", "aria-label": this.box.dataset.compare }, ...buttons);
  }

  mode(name, buttons, mine) {
    this.box.classList.toggle("is-beside", name === "beside");
    for (const button of buttons) {
      button.classList.toggle("on", button === mine);
      button.setAttribute("aria-pressed", button === mine);
    }
    this.move();
  }

  /** Where there is more than one of a stage: which of them is looked at. */
  rest() {
    const rows = Object.entries(this.sets).filter(([, figures]) => figures.length > 1);
    return make("div", { class: "cmp-rest" }, ...rows.map(([name, figures]) => make("div", { class: "cmp-row", role: "group", "aria-label": figures[0].dataset.label }, make("span", { class: "t-13" }, figures[0].dataset.label), ...figures.map((figure, at) => this.thumb(name, figure, at)))));
  }

  thumb(name, figure, at) {
    const picture = make("img", { src: figure.querySelector("img").src, alt: "" });
    const button = make("button", { type: "button", class: "cmp-thumb", "aria-label": `${figure.dataset.label} ${at + 1}` }, picture);
    button.addEventListener("click", () => { this.shown[name] = figure; this.draw(); });
    figure.thumb = button;
    return button;
  }

  draw() {
    const { before, after } = this.shown;
    for (const figure of [...this.sets.before, ...this.sets.after]) {
      const isShown = figure === before || figure === after;
      figure.hidden = !isShown;
      figure.style.clipPath = "";
      figure.thumb?.setAttribute("aria-pressed", isShown);
    }
    this.see.prepend(before, after);
    this.move();
  }

  move() {
    const isBeside = this.box.classList.contains("is-beside");
    this.shown.after.style.clipPath = isBeside ? "" : `inset(0 0 0 ${this.range.value}%)`;
    this.line.style.left = `${this.range.value}%`;
    this.range.setAttribute("aria-valuetext", `${this.range.value} %`);
  }
}
