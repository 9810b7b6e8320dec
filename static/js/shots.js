// Photos of a form (templates/parts/_shots.html): several shots one after the other, each to be seen and taken again.
//
// The files stay in the file input, so the form is sent as without scripts. Each is drawn again before it goes: at most
// 400 KB, because workshop signal is weak, and without what the camera wrote beside the picture, such as its position. Its
// time is read before that and kept as the file's time. What the browser cannot open (HEIC) goes as it is.
// After each change the input sends "shots:changed" upwards.

import { icon, make, say } from "./words.js";

const MOST = 400 * 1000;
const STEPS = [[1920, 0.82], [1920, 0.7], [1600, 0.7], [1600, 0.55], [1280, 0.6], [1024, 0.5], [800, 0.4]];

export function setup(box) {
  const input = box.querySelector("input[type=file]");
  box.shots ??= [];
  input.addEventListener("change", () => take(box, input));
  if (input.files.length && !box.shots.length) take(box, input); // somebody was faster than this script
}

function take(box, input) {
  const files = [...input.files];
  if (input.multiple || !box.shots.length) hold(box, files.length);
  return inTurn(box, files, (added) => (input.multiple ? [...box.shots, ...added] : added));
}

/** In the order in which they were taken, however long each is drawn. */
function inTurn(box, files, together) {
  const before = box.drawing ?? Promise.resolve();
  box.drawing = before.catch(() => {}).then(async () => put(box, together(await drawnAgain(files))));
  return box.drawing;
}

export async function drawnAgain(files) {
  const added = [];
  for (const file of files) added.push(await smaller(file)); // one after the other: each fills a phone's memory
  return added;
}

/** More of them, taken otherwise than with the input. */
export function add(box, files) {
  hold(box, files.length);
  return inTurn(box, files, (added) => [...(box.shots ?? []), ...added]);
}

/** Room for photos that are still being drawn: what is below does not move away under a finger when they are there. */
export function hold(box, count) {
  const add = box.querySelector("[data-shots-add]");
  for (let n = 0; n < count; n++) add.before(make("figure", { class: "shot wait-x", "data-shot": "" }, icon("photo")));
  add.classList.toggle("has-shots", Boolean(box.querySelector("[data-shot]")));
}

/** Puts these files into the form and shows them. */
export function put(box, files) {
  const input = box.querySelector("input[type=file]");
  const held = new DataTransfer();
  files.forEach((file) => held.items.add(file));
  box.shots = files;
  input.files = held.files;
  const taken = box.querySelector("[data-taken]");
  if (taken) taken.value = files.map((file) => new Date(file.lastModified).toISOString()).join(",");
  show(box, files);
  const old = box.nextElementSibling;
  if (files.length && old?.matches(".field-error")) old.remove(); // it was about what is there now
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
  const at = await takenAt(file);
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return file;
  const blob = await fitting(bitmap);
  bitmap.close();
  return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: at }) : file;
}

/** The first step at which the picture fits, else the smallest one. */
async function fitting(bitmap) {
  let blob = null, canvas = null, side = 0;
  for (const [longest, quality] of STEPS) {
    if (longest !== side) canvas = drawn(bitmap, longest);
    side = longest;
    blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (!blob || blob.size <= MOST) break;
  }
  return blob;
}

function drawn(bitmap, longest) {
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = make("canvas", { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** When the camera says it was, in this phone's zone; else the file's own time. */
async function takenAt(file) {
  const head = new DataView(await file.slice(0, 128 * 1024).arrayBuffer());
  try {
    const [, year, month, day, hour, minute, second] = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(cameraTime(head)).map(Number);
    return new Date(year, month - 1, day, hour, minute, second).getTime() || file.lastModified;
  } catch {
    return file.lastModified; // no JPEG, or none that names a time
  }
}

/** DateTimeOriginal of a JPEG's EXIF, "2026:11:25 08:30:00". Nothing else is read, the position least of all. */
function cameraTime(view) {
  if (view.getUint16(0) !== 0xffd8) return "";
  let at = 2;
  while (view.getUint16(at) !== 0xffe1) at += 2 + view.getUint16(at + 2);
  const tiff = at + 10;
  if (view.getUint32(at + 4) !== 0x45786966) return "";
  const isLittle = view.getUint16(tiff) === 0x4949;
  const exif = entry(view, tiff, view.getUint32(tiff + 4, isLittle), 0x8769, isLittle);
  const text = entry(view, tiff, exif, 0x9003, isLittle);
  return String.fromCharCode(...new Uint8Array(view.buffer, tiff + text, 19));
}

/** The value of a tag in the directory at this place of the TIFF block. */
function entry(view, tiff, directory, tag, isLittle) {
  const count = view.getUint16(tiff + directory, isLittle);
  for (let n = 0; n < count; n++) {
    const at = tiff + directory + 2 + n * 12;
    if (view.getUint16(at, isLittle) === tag) return view.getUint32(at + 8, isLittle);
  }
  throw new RangeError("no such tag");
}
