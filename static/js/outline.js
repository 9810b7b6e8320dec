// <div data-outline>: the corners of an area are tapped on a picture, one after the other, and dragged where they should
// lie. They fill the lines of numbers beside it, which work without scripts and with the keyboard.

const NS = "http://www.w3.org/2000/svg", NEAR = 14;

export function setup(box) {
  const drawing = box.querySelector("[data-outline-on]"), outline = drawing.querySelector("polygon");
  const lines = box.querySelector("[data-points]");
  let corners = [], dragged = -1;

  const read = () => {
    const rows = lines.value.replaceAll("，", ",").split("\n").map((line) => line.split(/[\s,]+/).filter(Boolean).map(Number));
    corners = rows.filter((row) => row.length === 2 && row.every(Number.isFinite));
    draw();
  };
  const write = () => {
    lines.value = corners.map((corner) => corner.join(", ")).join("\n");
    draw();
  };
  const draw = () => {
    outline.setAttribute("points", corners.map((corner) => corner.join(",")).join(" "));
    drawing.querySelectorAll("path").forEach((mark) => mark.remove());
    // A line of no length with round ends is a dot, however the picture is stretched.
    for (const [x, y] of corners) {
      const mark = document.createElementNS(NS, "path");
      mark.setAttribute("class", "outline-c");
      mark.setAttribute("d", `M${x} ${y}h0`);
      drawing.append(mark);
    }
  };
  const place = (event) => {
    const frame = drawing.getBoundingClientRect();
    const share = (value) => Math.round(Math.min(100, Math.max(0, value * 100)) * 10) / 10;
    return [share((event.clientX - frame.left) / frame.width), share((event.clientY - frame.top) / frame.height)];
  };
  const nearest = (event) => {
    const frame = drawing.getBoundingClientRect();
    return corners.findIndex(([x, y]) =>
      Math.hypot((x / 100) * frame.width + frame.left - event.clientX, (y / 100) * frame.height + frame.top - event.clientY) < NEAR);
  };

  drawing.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    drawing.setPointerCapture(event.pointerId);
    dragged = nearest(event);
    if (dragged < 0) dragged = corners.push(place(event)) - 1;
    write();
  });
  drawing.addEventListener("pointermove", (event) => {
    if (dragged < 0) return;
    corners[dragged] = place(event);
    write();
  });
  for (const name of ["pointerup", "pointercancel"]) drawing.addEventListener(name, () => { dragged = -1; });
  box.querySelector("[data-outline-back]").addEventListener("click", () => {
    corners.pop();
    write();
  });
  box.querySelector("[data-outline-clear]").addEventListener("click", () => {
    corners = [];
    write();
  });
  lines.addEventListener("input", read);
  read();
}
