// <form data-ready>: its button (data-ready-button) waits until what the form asks for is there, and says what is missing.
//
// An element [data-need="sentence"] is met by a file or kept photo within it, by text, or by a chosen radio; with
// data-need-value by that one only, any other choice then says data-need-other. The button is never really disabled: it
// can be reached and leads to the first thing that is missing.

export function setup(form) {
  const button = form.querySelector("[data-ready-button]");
  const line = form.querySelector("[data-ready-line]");
  const look = () => {
    const missing = [...form.querySelectorAll("[data-need]")].map(lacks).filter(Boolean);
    button.setAttribute("aria-disabled", String(missing.length > 0));
    line.hidden = !missing.length;
    const text = line.dataset.readyLine.replace("%(what)s", missing.join(" · "));
    if (line.lastChild.textContent !== text) line.lastChild.textContent = text;
  };
  for (const what of ["input", "change", "shots:changed"]) form.addEventListener(what, look);
  form.addEventListener("submit", (event) => stop(event, form, button), true);
  look();
}

function stop(event, form, button) {
  if (button.getAttribute("aria-disabled") !== "true") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const first = [...form.querySelectorAll("[data-need]")].find(lacks);
  const field = first.querySelector("textarea,input:not([type=hidden])");
  first.scrollIntoView({ block: "center" });
  field?.focus({ preventScroll: true });
}

/** The sentence of what is missing here, or nothing. */
function lacks(box) {
  const files = box.querySelector("input[type=file]");
  if (files) return files.files.length || box.querySelector("input[name$=-kept]") ? "" : box.dataset.need;
  const radios = [...box.querySelectorAll("input[type=radio]")];
  if (!radios.length) return box.querySelector("textarea,input").value.trim() ? "" : box.dataset.need;
  const chosen = radios.find((radio) => radio.checked);
  if (!chosen) return box.dataset.need;
  return chosen.value === box.dataset.needValue ? "" : box.dataset.needOther;
}
