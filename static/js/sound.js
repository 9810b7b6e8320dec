// Two short tones for what is urgent. Browsers allow sound only after a touch or a key: until then it is blocked.

const listeners = new Set();
let context;

export function isBlocked() {
  return context?.state !== "running";
}

/** Calls back with true when sound is allowed from now on. */
export function onSound(listener) {
  listeners.add(listener);
}

export async function ring() {
  wake();
  if (isBlocked()) await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  if (isBlocked()) return;
  tone(880, 0);
  tone(1175, 0.22);
}

function tone(pitch, after) {
  const from = context.currentTime + after;
  const voice = context.createOscillator(), volume = context.createGain();
  voice.frequency.value = pitch;
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.25, from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, from + 0.2);
  voice.connect(volume).connect(context.destination);
  voice.start(from);
  voice.stop(from + 0.2);
}

function wake() {
  if (context) return;
  context = new AudioContext();
  context.onstatechange = () => listeners.forEach((listener) => listener(!isBlocked()));
}

for (const gesture of ["pointerdown", "keydown"]) {
  addEventListener(gesture, () => { wake(); context.resume(); }, { once: true, capture: true });
}
