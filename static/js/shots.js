// Photos of a form (templates/parts/_shots.html): several shots one after the other, each to be seen and taken again.
//
// The files stay in the file input, so the form is sent as without scripts. Big ones are made smaller first: 1920 pixels
// on the longer side are enough for evidence, and workshop signal is weak. What the browser cannot open goes as it is.
// After each change the input sends "shots:changed" upwards.

import { icon, make, say } from "./words.js";

const SIDE = 1920, QUALITY = 0.85, ENOUGH = 1.5 * 2 ** 20;

export function setup(box) {
  const input = box.querySelector("input[type=file]");
  box.shots = [];
  input.addEventListener("change", async () => {
    const added = await Promise.all([...input.files].map(smaller));
    put(box, input.multiple ? [...box.shots, ...added] : added);
  });
}

/** Puts these files into the form and shows them. */
export function put(box, files) {
  const input = box.querySelector("input[type=file]");
  const held = new DataTransfer();
  files.forEach((file) => held.items.add(file));
  box.shots = files;
  input.files = held.files;
  const taken = box.querySelector("[data-taken]");
  if (taken) taken.value = files.length ? new Date(Math.min(...files.map((file) => file.lastModified))).toISOString() : "";
  show(box, files);
  input.dispatchEvent(new CustomEvent("shots:changed", { bubbles: true }));
}

function show(box, files) {
  box.querySelectorAll("[data-shot]").forEach((old) => { URL.revokeObjectURL(old.dataset.shot); old.remove(); });
  const add = box.querySelector("[data-shots-add]");
  files.forEach((file, index) => add.before(picture(box, file, index)));
  add.classList.toggle("has-shots", files.length > 0);
}

function picture(box, file, index) {
  const url = URL.createObjectURL(file);
  const image = make("img", { src: url, alt: `${say("photo")} ${index + 1}` });
  const remove = make("button", { type: "button", class: "shot-x", "aria-label": say("remove") }, icon("x"));
  const figure = make("figure", { class: "shot", "data-shot": url }, image, make("span", { class: "ph" }, icon("check"), ` ${index + 1}`), remove);
  image.addEventListener("error", () => image.replaceWith(make("figcaption", { class: "pad t-14" }, say("unreadable"))));
  remove.addEventListener("click", () => put(box, box.shots.filter((_file, at) => at !== index)));
  return figure;
}

async function smaller(file) {
  if (file.size <= ENOUGH) return file;
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return file;
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = make("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob || blob.size >= file.size) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
}
