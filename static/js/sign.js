// <div data-sign>: a box in which somebody signs with the finger. Sent are the lines, as parts of the box's width and
// height; the server draws them. Without this script a photo of the name on paper takes its place.

const NS = "http://www.w3.org/2000/svg", WIDTH = 660, HEIGHT = 264;

export function setup(part) {
  const box = part.querySelector("[data-sign-box]"), field = part.querySelector("[data-sign-strokes]"), clear = part.querySelector("[data-sign-clear]");
  const svg = box.querySelector("svg");
  let lines = [], line = null;
  box.hidden = clear.hidden = false;
  part.querySelector("[data-sign-paper]").hidden = true;
  box.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  box.addEventListener("pointerdown", (event) => {
    box.setPointerCapture(event.pointerId);
    const path = document.createElementNS(NS, "path");
    path.setAttribute("class", "pen");
    svg.append(path);
    line = { points: [], path };
    lines.push(line);
    add(event);
  });
  box.addEventListener("pointermove", (event) => line && add(event));
  for (const name of ["pointerup", "pointercancel"]) box.addEventListener(name, () => { line = null; });
  clear.addEventListener("click", () => {
    lines = [];
    svg.replaceChildren();
    keep();
  });

  function add(event) {
    const { left, top, width, height } = box.getBoundingClientRect();
    const part = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
    line.points.push([part((event.clientX - left) / width), part((event.clientY - top) / height)]);
    line.path.setAttribute("d", line.points.map(([x, y], n) => `${n ? "L" : "M"}${x * WIDTH} ${y * HEIGHT}`).join(" "));
    keep();
  }

  function keep() {
    field.value = lines.length ? JSON.stringify(lines.map(({ points }) => points)) : "";
  }
}
