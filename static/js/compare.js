// <div class="compare" data-compare>: two .shot figures on each other and a range input that moves the border.

import { make } from "./words.js";

export function setup(box) {
  const [, after] = box.querySelectorAll(".shot");
  if (!after) return;
  const range = make("input", { type: "range", min: 0, max: 100, value: 50, class: "compare-range", "aria-label": box.dataset.compare });
  const move = () => { after.style.clipPath = `inset(0 0 0 ${range.value}%)`; };
  range.addEventListener("input", move);
  box.classList.add("is-on");
  box.append(range);
  move();
}
