// <div data-lec data-edges="320 160 70" [data-higher]>: shows D and its colour while L, E and C are being chosen.
// Which colour it gets the server decides, by the same edges.

const NAMES = ["likelihood", "exposure", "consequence"];

export function setup(box) {
  const edges = box.dataset.edges.split(" ").map(Number), isHigher = "higher" in box.dataset;
  const now = box.querySelector("[data-lec-now]"), sum = box.querySelector("[data-lec-sum]");
  const colours = [...box.querySelectorAll("[data-lec-colour]")];

  const show = () => {
    const values = NAMES.map((name) => box.querySelector(`[name=${name}]:checked`)).map((input) => input && Number(input.value));
    now.hidden = values.includes(null);
    if (now.hidden) return;
    const score = Math.round(values.reduce((product, value) => product * value, 1) * 1000) / 1000;
    sum.textContent = `${values.join(" × ")} = ${score}`;
    const below = edges.findIndex((edge) => score > edge || (isHigher && score === edge));
    const isRed = Boolean(box.querySelector("[name=direct_red]")?.value);
    const rank = isRed ? 1 : below < 0 ? edges.length + 1 : below + 1;
    for (const colour of colours) colour.hidden = Number(colour.dataset.lecColour) !== rank;
  };
  box.addEventListener("change", show);
  show();
}
