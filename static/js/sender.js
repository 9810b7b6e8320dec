// Takes what waits to the server, one record after the other, photo by photo. No page in here: the service worker runs it too.
//
// Each call may be repeated: the server knows records and files by the ids that this phone gave them. A record that is
// refused holds up no other one.

import { addressOf, alone, bytesOf, change, digest, finish, receive, record, records, takeTurn, tidy } from "./queue.js";

const PATIENCE = { json: 30_000, file: 180_000 };
// Of a report: what is printed on its photos.
const PLACE = ["equipment", "area"];

/** problem: what the server said, with its sentence; kind: refused, signedOut, missing or noAnswer. */
class Trouble extends Error {
  constructor(kind, problem = {}) {
    super(kind);
    this.kind = kind;
    this.problem = problem;
  }
}

/** What came of it: { left, kind } with the number that still waits and why; nothing where another page is sending. */
export function flush() {
  return alone(async () => {
    await tidy();
    const tried = new Set();
    let me = null, kind = "";
    for (let next; (next = await waiting(me, tried)); ) {
      tried.add(next.id);
      try {
        me ??= await ask("/m/sync/state/");
        if (next.user === me.user) await send(next, me);
      } catch (trouble) {
        kind = await note(next, trouble);
        if (kind === "signedOut") break;
      }
    }
    return { left: (await records()).filter(isWaiting).length, kind };
  });
}

function isWaiting(each) {
  return each.state === "waiting" || each.state === "sending";
}

async function waiting(me, tried) {
  const all = (await records()).filter((each) => isWaiting(each) && !tried.has(each.id) && (!me || each.user === me.user));
  return all.sort((one, other) => one.handed - other.handed)[0];
}

async function note(standing, trouble) {
  if (!(trouble instanceof Trouble)) throw trouble;
  const { kind, problem } = trouble;
  if (kind === "refused") await change(standing.id, { state: "refused", problem });
  else await change(standing.id, { state: "waiting", tries: standing.tries + 1, problem: { kind } });
  return kind;
}

async function send(standing, me) {
  await change(standing.id, { state: "sending", problem: null });
  const files = standing.files.filter((file) => !file.isLeft), fields = standing.fields.filter(([, , isChosen, isLeft]) => isChosen !== false && !isLeft);
  for (const file of files) if (!file.isThere) await upload(standing, file, me);
  const told = {
    id: standing.id, user: standing.user, fields: fields.map(([name, value]) => [name, value]),
    files: named(files), label: standing.label ?? "", started_at: moment(standing.began), submitted_at: moment(standing.handed), sent_at: moment(Date.now()),
  };
  const answer = await post(addressOf(standing), JSON.stringify(told), me, { "Content-Type": "application/json" })
    .catch((trouble) => again(standing, trouble));
  if (standing.files.some((file) => file.sha256 && answer.files[file.id] && answer.files[file.id] !== file.sha256)) throw new Trouble("noAnswer");
  await finish(standing.id, { url: answer.url, sent: Date.now() });
}

/** The server misses files that it once had: they go again with the next try. */
async function again(standing, trouble) {
  for (const id of trouble.kind === "missing" ? trouble.problem.missing : []) await receive(standing.id, id, false);
  throw trouble;
}

function named(files) {
  const ids = {};
  for (const { name, id } of files) (ids[name] ??= []).push(id);
  return ids;
}

function moment(at) {
  return at ? new Date(at).toISOString() : "";
}

async function upload(standing, file, me) {
  const bytes = await bytesOf(file.id);
  if (!bytes) throw new Trouble("refused", where(standing, file, { say: "photoGone" }));
  const body = new FormData();
  for (const [name, value] of Object.entries({ id: file.id, user: standing.user, name: file.name, [`${file.name}-taken`]: moment(file.at) })) body.append(name, value);
  for (const [name, value] of standing.fields) if (PLACE.includes(name)) body.append(name, value);
  body.append(file.name, new Blob([bytes], { type: file.type }), file.filename);
  const answer = await post(`${addressOf(standing)}files/`, body, me).catch((trouble) => {
    throw trouble.kind === "refused" ? new Trouble("refused", where(standing, file, trouble.problem)) : trouble;
  });
  if (answer.sha256 !== (file.sha256 || (await digest(bytes)) || answer.sha256)) throw new Trouble("noAnswer");
  await receive(standing.id, file.id, true);
}

/** Which photo of which question it is about, so that the page can lead there. */
function where(standing, file, problem) {
  const beside = standing.files.filter((each) => each.name === file.name);
  return { ...problem, name: file.name, nth: beside.findIndex((each) => each.id === file.id) + 1, files: [file.id] };
}

function ask(url) {
  return call(url, { headers: {} }, PATIENCE.json);
}

function post(url, body, me, headers = {}) {
  const patience = typeof body === "string" ? PATIENCE.json : PATIENCE.file;
  return call(url, { method: "POST", body, headers: { ...headers, "X-CSRFToken": me.csrf } }, patience);
}

async function call(url, options, patience) {
  if (!globalThis.navigator?.locks) await takeTurn();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  try {
    const response = await fetch(url, { ...options, headers: { ...options.headers, Accept: "application/json" }, cache: "no-store", redirect: "error", signal: stop.signal });
    return judge(response, await response.json());
  } catch (trouble) {
    // No network, a page of some hotspot instead of ours, an answer that broke off: all the same, later.
    throw trouble instanceof Trouble ? trouble : new Trouble("noAnswer");
  } finally {
    clearTimeout(timer);
  }
}

function judge(response, body) {
  if (response.ok) return body;
  if (response.status === 401) throw new Trouble("signedOut");
  if (body.missing) throw new Trouble("missing", body);
  const isLater = body.again || response.status >= 500 || response.status === 408 || response.status === 429;
  throw isLater ? new Trouble("noAnswer") : new Trouble("refused", { sentence: body.error, items: body.items, files: body.files });
}

/** Waits for one record to leave the queue, at most so long; says where it stands then. */
export async function settle(id, longest) {
  const until = Date.now() + longest;
  while (Date.now() < until) {
    const outcome = await flush();
    const standing = await record(id);
    if (!standing || !isWaiting(standing) || outcome) return standing;
    await new Promise((done) => setTimeout(done, 300)); // another page is sending
  }
  return record(id);
}
