// The place of a report (templates/field/hazards/_where.html): a machine or an area, and the line says which.

/** <details data-where> */
export function setup(box) {
  const machine = box.querySelector("select[name=equipment]"), area = box.querySelector("select[name=area]");
  const name = box.querySelector("[data-where-name]");
  const choose = (chosen, other) => {
    if (chosen.value) other.value = ""; // who names one of them has left the other
    const shown = [machine, area].find((each) => each.value);
    name.textContent = shown ? shown.selectedOptions[0].textContent : "…";
  };
  machine.addEventListener("change", () => choose(machine, area));
  area.addEventListener("change", () => choose(area, machine));
  choose(machine, area);
}
