// <div data-keys hidden>: big keys for digits, which type into the field that was touched last. A field that is full hands on
// to the next one.

export function setup(keys) {
  const inputs = [...keys.closest("form").querySelectorAll("input:not([type=hidden])")];
  let here = inputs.find((input) => !input.value) ?? inputs[0];
  inputs.forEach((input) => input.addEventListener("focus", () => mark(input)));
  keys.hidden = false;
  mark(here);

  function mark(input) {
    here = input;
    inputs.forEach((each) => each.classList.toggle("is-here", each === here));
  }

  keys.addEventListener("click", ({ target }) => {
    const key = target.closest("button")?.dataset.key;
    if (key === undefined) return;
    if (key === "") here.value = here.value.slice(0, -1);
    else if (here.value.length < here.maxLength) here.value += key;
    if (key !== "" && here.value.length === here.maxLength && here !== inputs.at(-1)) mark(inputs[inputs.indexOf(here) + 1]);
  });
}
