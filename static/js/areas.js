// <div data-areas>: the right areas of a picture are drawn with the mouse or a finger; each fills the next empty row of numbers.

const SMALLEST = 3;

export function setup(box) {
  const picture = box.querySelector("[data-spot-picture]"), rows = [...box.querySelectorAll("[data-area]")];
  if (!picture) return;
  const drawing = picture.querySelector("svg");
  let from = null;

  const place = (event) => {
    const frame = picture.getBoundingClientRect(), within = (value) => Math.min(100, Math.max(0, value));
    return { x: within(((event.clientX - frame.left) / frame.width) * 100), y: within(((event.clientY - frame.top) / frame.height) * 100) };
  };
  const inputs = (row) => [...row.querySelectorAll("input")];
  const show = () => rows.forEach((row, at) => {
    const [x, y, w, h] = inputs(row).map((input) => Number(input.value) || 0);
    Object.entries({ x, y, width: w, height: h }).forEach(([name, value]) => drawing.children[at].setAttribute(name, value));
  });

  picture.addEventListener("pointerdown", (event) => {
    const row = rows.find((each) => inputs(each).every((input) => !input.value)) ?? rows.at(-1);
    from = { row, ...place(event) };
    picture.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  picture.addEventListener("pointermove", (event) => from && fill(place(event)));
  picture.addEventListener("pointerup", () => {
    const [, , w, h] = inputs(from.row).map((input) => Number(input.value));
    if (!(w >= SMALLEST && h >= SMALLEST)) inputs(from.row).forEach((input) => { input.value = ""; });
    from = null;
    show();
  });
  function fill(to) {
    const sides = [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(from.x - to.x), Math.abs(from.y - to.y)];
    inputs(from.row).forEach((input, at) => { input.value = Math.floor(sides[at] * 10) / 10; });
    show();
  }
  box.addEventListener("input", show);
}
