// <button data-ghost="address of the photo before" data-ghost-for="id of the shots">: the camera in the page with that photo
// half-transparent over it, so that the new one is taken from the same place. The shot goes the way of all photos (shots.js).
//
// The camera is asked for when the button is pressed and never before; the stream ends with the dialog. Where the page may
// not use it, the button leads to the phone's own camera.

import { add } from "./shots.js";
import { icon, make, say } from "./words.js";

const WANTED = { video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1440 } } };

export function setup(button) {
  button.addEventListener("click", () => open(button));
}

async function open(button) {
  const box = document.getElementById(button.dataset.ghostFor).querySelector("[data-shots]");
  const stream = await navigator.mediaDevices.getUserMedia(WANTED).catch(() => null);
  if (!stream) return fallBack(button, box);
  new Ghost(button.dataset.ghost.split(" "), box, stream).show();
}

/** The press may be too long ago for the browser to open a file input by itself: then the sentence says what to press. */
function fallBack(button, box) {
  button.hidden = true;
  const note = make("p", { class: "note", role: "status" }, icon("camera"), make("span", {}, say("ghostNoCamera")));
  button.after(note);
  box.querySelector("input[type=file]").click();
}

class Ghost {
  constructor(before, box, stream) {
    Object.assign(this, { before, box, stream, at: 0 });
    this.video = make("video", { playsinline: "", autoplay: "", muted: "" });
    this.image = make("img", { src: before[0], alt: "" });
    this.strength = make("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": say("ghostStrength") });
    this.shutter = make("button", { type: "button", class: "ghost-shoot", "aria-label": say("ghostShoot") });
    const close = make("button", { type: "button", class: "ghost-x", "aria-label": say("close") }, icon("x"));
    this.dialog = make("dialog", { class: "ghost", "aria-label": say("ghostTitle") }, make("div", { class: "ghost-see" }, this.video, this.image), make("div", { class: "ghost-dock" }, ...this.others(), make("label", { class: "ghost-mix" }, make("span", {}, say("ghostStrength")), this.strength), this.shutter), close);
    this.strength.addEventListener("input", () => this.mix());
    this.shutter.addEventListener("click", () => this.shoot());
    close.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.end());
    this.leave = () => this.dialog.close();
  }

  others() {
    if (this.before.length < 2) return [];
    const next = make("button", { type: "button", class: "ghost-next" }, icon("photo"), say("ghostNext"));
    next.addEventListener("click", () => { this.at = (this.at + 1) % this.before.length; this.image.src = this.before[this.at]; });
    return [next];
  }

  async show() {
    document.body.append(this.dialog);
    this.dialog.showModal();
    addEventListener("pagehide", this.leave, { once: true });
    this.mix();
    this.video.muted = true;
    this.video.srcObject = this.stream;
    await this.video.play().catch(() => {});
    this.shutter.focus();
  }

  mix() {
    this.image.style.opacity = this.strength.value / 100;
  }

  async shoot() {
    if (!this.video.videoWidth) return; // not a single picture yet
    const canvas = make("canvas", { width: this.video.videoWidth, height: this.video.videoHeight });
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
    this.dialog.close();
    await add(this.box, [new File([blob], "after.jpg", { type: "image/jpeg", lastModified: Date.now() })]);
  }

  end() {
    removeEventListener("pagehide", this.leave);
    this.stream.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
    this.dialog.remove();
  }
}
