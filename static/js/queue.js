// Hand-ins on this phone, from the first answer to the server's receipt. No page in here: the service worker runs it too.
//
// A record: { id, user, key, run, title, state, fields: [[name, value, checked, isLeft]], files: [{ id, name, filename, type, at,
// size, sha256, isThere, isLeft }], here, began, changed, version, handed, tries, problem, url }. Without a run it is the
// report of a hazard. version: another one with each change of what was said. Its states: draft → waiting → sending → done, or
// refused, from where it goes on as a draft does. The bytes of files lie beside it, each under an id made here: some phones
// lose a File that the camera app cleans up.

const STORES = ["records", "files", "turns"];
const LOCKED = ["waiting", "sending", "done"];
let opened = null;

function open() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open("anhuan", 2);
    request.onupgradeneeded = () => {
      const database = request.result;
      for (const old of [...database.objectStoreNames]) database.deleteObjectStore(old);
      for (const name of STORES) database.createObjectStore(name, { keyPath: "id" });
    };
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      const forget = () => { opened = null; };
      request.result.onversionchange = () => { request.result.close(); forget(); };
      request.result.onclose = forget;
      done(request.result);
    };
  }).catch((error) => { opened = null; throw error; });
  return opened;
}

/** One transaction; work gets the stores and may return a function that says what came of it. */
async function within(mode, work) {
  const database = await open();
  return new Promise((done, fail) => {
    const transaction = database.transaction(STORES, mode, { durability: "strict" });
    const result = work(...STORES.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => done(typeof result === "function" ? result() : result?.result);
    transaction.onabort = () => fail(transaction.error ?? new Error("aborted"));
  });
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export async function digest(bytes) {
  if (!globalThis.crypto?.subtle) return "";
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function begin(facts) {
  return { id: newId(), state: "draft", fields: [], files: [], here: 0, tries: 0, began: Date.now(), ...facts };
}

/** Where a record is filled in, and where it is sent to. */
export function pageOf({ id, run, form = "/m/report/" }) {
  return run ? `/m/runs/${run}/` : `${form}?again=${id}`;
}

export function addressOf({ run, form = "/m/report/" }) {
  return run ? `/m/sync/runs/${run}/` : form.replace("/m/", "/m/sync/");
}

export async function records() {
  return (await within("readonly", (store) => store.getAll())) ?? [];
}

export function record(id) {
  return within("readonly", (store) => store.get(id));
}

export function bytesOf(file) {
  return within("readonly", (_records, files) => files.get(file)).then((found) => found?.bytes);
}

/** This person's newest record of a form; a draft before one that is on its way. */
export async function find(key, user) {
  const own = (await records()).filter((each) => each.key === key && each.user === user);
  return own.sort((one, other) => LOCKED.includes(one.state) - LOCKED.includes(other.state) || other.changed - one.changed)[0] ?? null;
}

/** What a file is called in the record, with its bytes to be kept. */
export async function describe(file, name) {
  const bytes = await file.arrayBuffer();
  const about = { id: newId(), name, filename: file.name, type: file.type, at: file.lastModified, size: file.size };
  return { ...about, sha256: await digest(bytes), bytes };
}

/** Writes record and new files together; where another page was faster nothing is written, and what stands is given back. */
export async function keep(draft, added = []) {
  let other = null;
  const version = newId();
  await within("readwrite", (store, files) => {
    const all = store.getAll();
    all.onsuccess = () => {
      const standing = all.result.find((each) => each.id === draft.id);
      other = all.result.find((each) => isInTheWay(each, draft)) ?? null;
      if (other) return;
      const held = new Set(draft.files.map((file) => file.id));
      for (const file of standing?.files ?? []) if (!held.has(file.id)) files.delete(file.id);
      for (const { id, bytes } of added) files.put({ id, bytes });
      store.put({ ...draft, version, changed: Date.now() });
    };
  });
  if (!other) draft.version = version;
  tell();
  return other;
}

/** The same record or another one of the same form: handed in already, or written by another page meanwhile. */
function isInTheWay(each, draft) {
  if (each.id === draft.id) return LOCKED.includes(each.state) || each.version !== draft.version;
  return each.key === draft.key && each.user === draft.user && (each.state !== "done" || each.sent > draft.began);
}

export async function change(id, facts) {
  await within("readwrite", (store) => {
    const standing = store.get(id);
    standing.onsuccess = () => standing.result && store.put({ ...standing.result, ...facts });
  });
  tell();
}

/** The server has this file: true, or false where it turned out not to. */
export function receive(id, file, isThere) {
  return within("readwrite", (store) => {
    const standing = store.get(id);
    standing.onsuccess = () => {
      if (!standing.result) return;
      standing.result.files.filter((each) => each.id === file).forEach((each) => { each.isThere = isThere; });
      store.put(standing.result);
    };
  });
}

/** Only now the phone lets go of the photos. */
export function finish(id, facts) {
  return drop(id, (standing) => ({ ...standing, ...facts, state: "done", problem: null, fields: [] }));
}

export function remove(id) {
  return drop(id, () => null);
}

async function drop(id, left) {
  await within("readwrite", (store, files) => {
    const standing = store.get(id);
    standing.onsuccess = () => {
      if (!standing.result) return;
      standing.result.files.forEach((file) => files.delete(file.id));
      const rest = left(standing.result);
      if (rest) store.put(rest);
      else store.delete(id);
    };
  });
  tell();
}

/** Done ones are shown for a day; what was begun and left for a week can no longer be handed in. */
export async function tidy() {
  const day = 86_400_000, age = (at) => Date.now() - at;
  const old = (await records()).filter((each) => (each.state === "done" && age(each.sent) > day) || (each.state === "draft" && age(each.changed) > 7 * day));
  for (const { id } of old) await remove(id);
}

// Several pages of one phone

const listeners = new Set();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("anhuan") : null;
if (channel) channel.onmessage = () => listeners.forEach((listener) => listener());

export function onChange(listener) {
  listeners.add(listener);
}

function tell() {
  listeners.forEach((listener) => listener());
  channel?.postMessage("changed");
}

const TURN = 90_000;
const me = newId();

/** One page or worker at a time; undefined where it is somebody else's turn. */
export async function alone(work) {
  if (globalThis.navigator?.locks) return navigator.locks.request("anhuan", { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  if (!(await takeTurn())) return undefined;
  try {
    return await work();
  } finally {
    await endTurn();
  }
}

/** Phones without locks: a turn that runs out, so that a page that died holds up nobody for long. */
export async function takeTurn() {
  let isMine = false;
  await within("readwrite", (_records, _files, turns) => {
    const standing = turns.get("sending");
    standing.onsuccess = () => {
      isMine = !standing.result || standing.result.by === me || standing.result.until < Date.now();
      if (isMine) turns.put({ id: "sending", by: me, until: Date.now() + TURN });
    };
  });
  return isMine;
}

async function endTurn() {
  await within("readwrite", (_records, _files, turns) => {
    const standing = turns.get("sending");
    standing.onsuccess = () => standing.result?.by === me && turns.delete("sending");
  });
}
