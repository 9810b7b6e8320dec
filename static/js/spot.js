// <div data-spot>: a place in a picture is pointed at by finger or mouse, or with the arrow keys once the picture has the
// focus (Shift goes further). It fills the two numbers below, which work without scripts too.

const STEP = 2, FAR = 10;
const MOVES = { ArrowLeft: ["x", -1], ArrowRight: ["x", 1], ArrowUp: ["y", -1], ArrowDown: ["y", 1] };

export function setup(box) {
  const picture = box.querySelector("[data-spot-picture]"), mark = picture.querySelector("[data-mark]");
  const numbers = { x: box.querySelector("[name=x]"), y: box.querySelector("[name=y]") };
  picture.tabIndex = 0;
  let later = 0;

  const show = () => {
    const isSet = numbers.x.value !== "" && numbers.y.value !== "";
    mark.toggleAttribute("hidden", !isSet);
    if (isSet) ["x", "y"].forEach((axis) => mark.setAttribute(axis, `${numbers[axis].value}%`));
  };
  const put = (point) => {
    for (const axis of ["x", "y"]) numbers[axis].value = Math.round(Math.min(100, Math.max(0, point[axis])) * 10) / 10;
    show();
    clearTimeout(later);
    later = setTimeout(() => numbers.x.dispatchEvent(new Event("change", { bubbles: true })), 300);
  };
  picture.addEventListener("click", (event) => {
    const frame = picture.getBoundingClientRect();
    put({ x: ((event.clientX - frame.left) / frame.width) * 100, y: ((event.clientY - frame.top) / frame.height) * 100 });
  });
  picture.addEventListener("keydown", (event) => {
    const [axis, way] = MOVES[event.key] ?? [];
    if (!axis) return;
    event.preventDefault();
    const here = { x: Number(numbers.x.value || 50), y: Number(numbers.y.value || 50) };
    put({ ...here, [axis]: here[axis] + way * (event.shiftKey ? FAR : STEP) });
  });
  box.addEventListener("input", show);
  show();
}
