// What could not be done is said on top of the page; the form and what was typed stay as they are.

import { icon, make, say } from "./words.js";

const place = document.getElementById("refusal");

/** Shows a sentence there. */
export function refuse(sentence) {
  const close = make("button", { type: "button", class: "btn btn-quiet btn-s", "data-dismiss": "", "aria-label": say("close") }, icon("x"));
  place.replaceChildren(make("div", { class: "note bad" }, icon("alert-octagon"), make("span", { class: "grow" }, sentence), close));
  place.focus();
}

/** It is no longer so. */
export function settled() {
  place.replaceChildren();
}

place.addEventListener("click", (event) => event.target.closest("[data-dismiss]") && place.replaceChildren());
document.body.addEventListener("htmx:beforeRequest", () => place.replaceChildren());
document.body.addEventListener("htmx:sendError", () => refuse(say("noAnswer")));
document.body.addEventListener("htmx:timeout", () => refuse(say("noAnswer")));
document.body.addEventListener("htmx:responseError", (event) => event.detail.xhr.status >= 500 && refuse(say("noAnswer")));
document.body.addEventListener("htmx:afterSwap", (event) => event.detail.target === place && place.focus());
