// The report of a hazard: without network the service worker (sw.js) puts it into the queue. What the server refused later
// comes back here, and a page that was kept chooses the place that its address names.

import { show } from "./draft.js";
import { record } from "./queue.js";
import { reason } from "./sync.js";
import { icon, make } from "./words.js";

/** <form data-report> */
export async function setup(form) {
  const asked = new URLSearchParams(location.search), id = asked.get("again");
  if ("kept" in document.body.dataset && (asked.has("equipment") || asked.has("area"))) {
    for (const name of ["equipment", "area"]) form.elements[name].value = asked.get(name) ?? ""; // not what was guessed when it was kept
    tellPlace(form);
  }
  const standing = id && (await record(id).catch(() => null));
  if (standing?.state !== "refused" || standing.user !== Number(document.body.dataset.user)) return;
  await show(form, standing, new WeakMap());
  tellPlace(form);
  const note = make("div", { class: "note bad", role: "alert" }, icon("alert-octagon"), make("span", {}, reason(standing)));
  form.prepend(note);
  note.scrollIntoView({ block: "nearest" });
}

/** The line that says where one is reads the selects again. */
function tellPlace(form) {
  form.elements.equipment.dispatchEvent(new Event("change"));
}
