// The camera as a code reader (templates/parts/_scan.html). It opens when the person presses the button, or at once where
// the browser was allowed before. Whoever has no camera, or no permission, types the code or takes a photo of it.

import { refuse } from "./refusals.js";
import { say } from "./words.js";

const WASM = new URL("../vendor/barcode-detector/zxing_reader.wasm", import.meta.url).href;

export async function setup(box) {
  const reader = new Reader(box);
  box.querySelector("[data-scan-open]").addEventListener("click", () => reader.open());
  box.querySelector("[data-scan-torch]").addEventListener("click", () => reader.light());
  box.querySelector("[data-scan-photo]").addEventListener("change", (event) => reader.photo(event.target));
  addEventListener("pagehide", () => reader.close());
  document.addEventListener("visibilitychange", () => document.hidden && reader.close());
  const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  if (permission?.state === "granted") reader.open();
}

class Reader {
  constructor(box) {
    this.box = box;
    this.video = box.querySelector("video");
    this.stream = null;
  }

  async open() {
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    } catch {
      return this.note(say("noCamera"));
    }
    this.note("");
    this.video.srcObject = this.stream;
    await this.video.play();
    this.box.classList.add("is-open");
    this.box.querySelector("[data-scan-torch]").hidden = !this.track().getCapabilities?.().torch;
    this.detector ??= await detector();
    this.look();
  }

  track() {
    return this.stream.getVideoTracks()[0];
  }

  async look() {
    if (!this.stream) return;
    const [code] = await this.detector.detect(this.video).catch(() => []);
    if (code) return this.found(code.rawValue);
    setTimeout(() => this.look(), 120);
  }

  async photo(input) {
    const [file] = input.files;
    if (!file) return;
    this.detector ??= await detector();
    const [code] = await this.detector.detect(await createImageBitmap(file)).catch(() => []);
    input.value = "";
    return code ? this.found(code.rawValue) : this.note(say("noCode"));
  }

  /** An address of this host is opened; anything else is for the server to judge, as if it were typed. */
  found(text) {
    this.close();
    navigator.vibrate?.(60);
    const form = this.box.querySelector("form");
    const address = safely(text);
    if (address?.host === location.host) return location.assign(address.href);
    if (address?.protocol.startsWith("http")) return refuse(say("strangeCode"));
    form.elements.code.value = text;
    return form.requestSubmit();
  }

  async light() {
    const isOn = this.track().getSettings().torch;
    await this.track().applyConstraints({ advanced: [{ torch: !isOn }] }).catch(() => null);
  }

  note(sentence) {
    const note = this.box.querySelector("[data-scan-note]");
    note.textContent = sentence;
    note.hidden = !sentence;
  }

  close() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.box.classList.remove("is-open");
  }
}

function safely(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

async function detector() {
  const formats = await window.BarcodeDetector?.getSupportedFormats().catch(() => []) ?? [];
  if (formats.includes("qr_code")) return new window.BarcodeDetector({ formats: ["qr_code"] });
  const { BarcodeDetector, prepareZXingModule } = await import("../vendor/barcode-detector/ponyfill.js");
  prepareZXingModule({ overrides: { locateFile: () => WASM } });
  return new BarcodeDetector({ formats: ["qr_code"] });
}
