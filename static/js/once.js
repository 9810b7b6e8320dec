// A form is sent once: its buttons rest until the answer is there, and wake again if the person comes back.

/** <form data-once> */
export function setup(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented && !form.hasAttribute("hx-post")) return;
    // After this turn, so that the pressed button still sends its name and value.
    setTimeout(() => rest(form, event.submitter));
  });
  form.addEventListener("htmx:afterRequest", () => wake(form));
}

export function rest(form, pressed) {
  for (const button of buttons(form)) button.disabled = true;
  pressed?.classList.add("is-busy");
}

export function wake(form) {
  for (const button of buttons(form)) button.disabled = false;
  form.querySelectorAll(".is-busy").forEach((button) => button.classList.remove("is-busy"));
}

function buttons(form) {
  return [...form.elements].filter((element) => element.type === "submit");
}

addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("[data-once]").forEach(wake));
