// A form is sent once: its buttons rest until the answer is there, and wake again if the person comes back, or where the
// service worker (sw.js) says that it did not arrive.

import { refuse } from "./refusals.js";
import { say } from "./words.js";

// Where no page brought the service worker yet, as at the desk; the bare host has none.
if (document.body.dataset.user) navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" }).catch(() => null);

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

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  const resting = [...document.querySelectorAll("[data-once]")].filter((form) => form.querySelector(".is-busy"));
  if (data?.type !== "unsent" || !resting.length) return;
  resting.forEach(wake);
  refuse(say("noAnswer"));
});

addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("[data-once]").forEach(wake));
