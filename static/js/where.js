// The place of a report (templates/field/hazards/_where.html): a machine or an area, and the line says which.
// The hidden `place` is for the phone only: a report without words that waits there is called by it.

/** <details data-where> */
export function setup(box) {
  const machine = box.querySelector("select[name=equipment]"), area = box.querySelector("select[name=area]");
  const name = box.querySelector("[data-where-name]");
  const place = box.querySelector("input[name=place]");
  const choose = (chosen, other) => {
    if (chosen.value) other.value = ""; // who names one of them has left the other
    const shown = [machine, area].find((each) => each.value);
    name.textContent = shown ? shown.selectedOptions[0].textContent : "…";
    place.value = shown ? name.textContent : "";
  };
  machine.addEventListener("change", () => choose(machine, area));
  area.addEventListener("change", () => choose(area, machine));
  choose(machine, area);
}
