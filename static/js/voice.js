// A voice note (templates/parts/_voice.html): hold the button while speaking, or tap to begin and tap to end; a minute at most.
//
// The recording lies in the file input, so the form is sent as without scripts. Where the browser cannot record, the input
// opens the phone's own recorder. After each change the input sends "voice:changed" upwards.

import { icon, make, say } from "./words.js";

const SECONDS = 60, HELD = 450, BITS = 32_000;
const TYPES = ["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

export function setup(box) {
  const input = box.querySelector("input[type=file]");
  for (const name of ["change", "files:restored"]) input.addEventListener(name, () => put(box, [...input.files]));
  if (!window.MediaRecorder || !navigator.mediaDevices?.getUserMedia) return;
  new Recorder(box).listen();
}

/** Puts this recording into the form, or takes it out, and shows it. */
export function put(box, files) {
  const input = box.querySelector("input[type=file]");
  const held = new DataTransfer();
  files.slice(0, 1).forEach((file) => held.items.add(file));
  input.files = held.files;
  box.querySelectorAll("[data-voice-played]").forEach((old) => { URL.revokeObjectURL(old.dataset.voicePlayed); old.remove(); });
  if (files.length) box.querySelector("[data-voice-kept]")?.remove();
  if (files.length) box.prepend(player(box, files[0]));
  box.classList.toggle("has-voice", files.length > 0);
  input.dispatchEvent(new CustomEvent("voice:changed", { bubbles: true }));
}

function player(box, file) {
  const url = URL.createObjectURL(file);
  const remove = make("button", { type: "button", class: "btn btn-line" }, icon("trash"), say("removeVoice"));
  remove.addEventListener("click", () => put(box, []));
  return make("div", { class: "voice-x", "data-voice-played": url }, make("audio", { controls: "", src: url }), remove);
}

class Recorder {
  constructor(box) {
    this.box = box;
    this.button = box.querySelector("[data-voice-record]");
    this.words = box.querySelector("[data-voice-words]");
    this.idle = this.words.textContent;
    this.state = "idle"; // idle, asking (for the microphone), on
  }

  listen() {
    this.button.hidden = false;
    this.box.querySelector("[data-voice-file]").hidden = true;
    this.button.addEventListener("pointerdown", (event) => this.down(event));
    this.button.addEventListener("pointerup", () => this.up());
    this.button.addEventListener("pointercancel", () => this.up());
    this.button.addEventListener("contextmenu", (event) => event.preventDefault());
    this.button.addEventListener("click", (event) => event.detail === 0 && this.toggle()); // by keyboard or screen reader
    this.box.closest("form")?.addEventListener("submit", (event) => this.first(event), true);
    addEventListener("pagehide", () => this.end());
  }

  down(event) {
    if (event.button) return;
    if (this.state !== "idle") return this.end();
    this.button.setPointerCapture?.(event.pointerId);
    this.since = Date.now();
    this.begin();
  }

  /** Let go after holding ends it; a tap leaves it running. Letting go while the phone still asks is no end either. */
  up() {
    if (this.state === "on" && this.since && Date.now() - this.since > HELD) this.end();
    this.since = null;
  }

  toggle() {
    if (this.state === "idle") this.begin();
    else this.end();
  }

  /** A form that is sent while somebody speaks waits for the end of the recording. */
  first(event) {
    if (this.state !== "on") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.after = () => event.target.requestSubmit(event.submitter);
    this.end();
  }

  async begin() {
    this.state = "asking";
    this.note("");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return this.refused();
    }
    if (this.state !== "asking") return this.rest();
    this.record();
  }

  record() {
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    const parts = [];
    this.recorder = new MediaRecorder(this.stream, { ...(type && { mimeType: type }), audioBitsPerSecond: BITS });
    this.recorder.addEventListener("dataavailable", (event) => event.data.size && parts.push(event.data));
    this.recorder.addEventListener("stop", () => this.done(parts));
    this.recorder.start(1000);
    this.state = "on";
    this.begun = Date.now();
    this.button.classList.add("is-on");
    this.tick();
    this.timer = setInterval(() => this.tick(), 250);
  }

  tick() {
    const seconds = Math.floor((Date.now() - this.begun) / 1000);
    this.words.textContent = say("recording", { seconds, most: SECONDS });
    if (seconds >= SECONDS || !this.button.getClientRects().length) this.end(); // or another screen took its place
  }

  end() {
    if (this.state === "on") this.recorder.stop();
    else if (this.state === "asking") this.state = "idle";
  }

  done(parts) {
    const type = this.recorder.mimeType.split(";")[0] || "audio/webm";
    this.rest();
    const blob = new Blob(parts, { type });
    if (blob.size) put(this.box, [new File([blob], `voice.${type.split("/")[1]}`, { type })]);
    this.after?.();
    this.after = null;
  }

  refused() {
    this.rest();
    this.note(say("noMicrophone"));
    this.button.hidden = true;
    this.box.querySelector("[data-voice-file]").hidden = false;
  }

  rest() {
    clearInterval(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.state = "idle";
    this.button.classList.remove("is-on");
    this.words.textContent = this.idle;
  }

  note(sentence) {
    const note = this.box.querySelector("[data-voice-note]");
    note.textContent = sentence;
    note.hidden = !sentence;
  }
}
