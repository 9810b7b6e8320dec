// What stands in a form, as a record of the queue (queue.js) holds it, and back into the form.
//
// known: File → what it is called in the record; its bytes are written once.

import { bytesOf, describe } from "./queue.js";
import { hold, put } from "./shots.js";
import { put as putVoice } from "./voice.js";

/** { fields, files } of the record, and with `added` the bytes of files that are new. */
export async function read(inputs, known) {
  const fields = [], files = [], added = [];
  for (const input of inputs) {
    if (input.type === "file") for (const file of input.files) files.push({ ...(await named(file, input.name, known, added)), isLeft: input.disabled });
    else fields.push([input.name, input.value, ["radio", "checkbox"].includes(input.type) ? input.checked : null, input.disabled]);
  }
  return { fields, files, added };
}

async function named(file, name, known, added) {
  if (!known.has(file)) {
    const { bytes, ...about } = await describe(file, name);
    added.push({ id: about.id, bytes, file });
    known.set(file, about);
  }
  return known.get(file);
}

/** Shows a record in its form, but for the files that the server refused. */
export async function show(form, draft, known) {
  const inputs = [...form.querySelectorAll("[name]")], bad = draft.problem?.files ?? [];
  for (const [name, value, checked] of draft.fields) {
    for (const input of inputs.filter((each) => each.name === name)) {
      if (!["radio", "checkbox"].includes(input.type)) input.value = value;
      else if (input.value === value) input.checked = checked ?? true; // a form as it was sent names only what is chosen
    }
  }
  for (const input of inputs.filter((each) => each.type === "file")) {
    const about = draft.files.filter((file) => file.name === input.name && !bad.includes(file.id));
    const missing = about.filter((each) => ![...input.files].some((file) => known.get(file)?.id === each.id));
    const box = input.closest("[data-shots]");
    if (box) hold(box, missing.length);
    const files = (await Promise.all(about.map((each) => again(each, input, known)))).filter(Boolean);
    if (files.length || input.files.length || (box && missing.length)) give(input, files);
  }
}

/** The same File where the form has it already, so that no picture flickers. */
async function again(about, input, known) {
  const here = [...input.files].find((file) => known.get(file)?.id === about.id);
  const bytes = !here && (await bytesOf(about.id));
  if (!here && !bytes) return null;
  const file = here || new File([bytes], about.filename, { type: about.type, lastModified: about.at });
  known.set(file, about);
  return file;
}

/** Files of a record back in their input, to be seen or heard there. */
function give(input, files) {
  const voice = input.closest("[data-voice]");
  return voice ? putVoice(voice, files) : put(input.closest("[data-shots]"), files);
}
