// The service worker. The address /sw.js puts queue.js and sender.js before it, and above all: VERSION of files and
// templates; FILES to keep at once; LATER, what may follow.
//
// Files come from the phone first, pages from the network first. Pages are kept per person: as soon as a page shows that
// somebody else has signed in, or somebody signs out, those of before are gone. The queue is nobody's business here.

import { begin, describe, digest, keep, newId, record } from "./queue.js";
import { flush } from "./sender.js";

const KEPT = `files-${VERSION}`, ABOUT = "about", OFFLINE = "/offline/";
const PATIENCE_FOR_PAGES = 4000, FRESH = 3_600_000;
const REPORTS = ["/m/report/", "/m/incident/"], RUN = /^\/m\/runs\/\d+\/$/, FIXED = ["/m/", "/m/sync/", "/m/scan/", ...REPORTS, "/gate/"];
const SELF = /^\/s\/reports\/\d+\/$/, NOT_OF_THE_DAY = /^\/([ks]|desk)\//, WAY = /^\/k\/(crew\/\d+\/)?$/, PERMIT = /^\/k\/crew\/\d+\/permit\/$/, GATE = "/gate/", PEOPLE = "/gate/list/";
const FILMS = "/static/guides/", LABEL = /^\/m\/q\/([^/]+)\/$/, SPOT = /^\/m\/q\/[^/]+\/inspect\/$/, DAY = 86_400_000;

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(install());
});

async function install() {
  const cache = await caches.open(KEPT);
  const fresh = (url) => new Request(url, { cache: "reload", credentials: "omit" });
  await cache.addAll([...FILES, OFFLINE].map(fresh));
  Promise.all(LATER.map((url) => cache.add(fresh(url)))).catch(() => null);
}

addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("files-") && name !== KEPT).map((name) => caches.delete(name)));
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  const isPage = request.mode === "navigate";
  if (isPage && request.method === "POST") event.respondWith(send(request, url));
  if (isPage && request.method === "GET") event.respondWith(page(event, url));
  if (!isPage && request.method === "GET" && url.pathname.startsWith("/static/") && !url.pathname.startsWith(FILMS)) event.respondWith(file(request, url));
  if (!isPage && request.method === "GET" && url.pathname === PEOPLE) event.respondWith(people(request));
});

function send(request, url) {
  if (url.pathname === "/account/logout/") return signOut(request);
  if (url.pathname.endsWith("/start/") && RUN.test(url.pathname.slice(0, -6))) return start(request, url);
  if (SPOT.test(url.pathname)) return fetch(request).catch(() => instead(url));
  if (REPORTS.includes(url.pathname)) return report(request, url.pathname);
  return fetch(request).catch(stay);
}

/** Any other form that cannot arrive: an answer without content leaves its page as it is, and once.js there says so. */
async function stay() {
  const pages = await clients.matchAll({ type: "window" });
  pages.forEach((page) => page.postMessage({ type: "unsent" }));
  return new Response(null, { status: 204 });
}

async function file(request, url) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(url.pathname);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && response.status === 200) cache.put(url.pathname, response.clone()).catch(() => null);
  return response;
}

/** Who has an entry permit: the newest list that there is; the gate's page says how old it is. */
async function people(request) {
  const asked = gone, answer = await fetch(request).catch(() => null), user = await about("user");
  if (answer?.ok && user) await change(asked, async () => put(user, PEOPLE, await answer.clone().text(), answer.headers));
  if (answer && answer.status < 500) return answer;
  return (user && (await caches.match(PEOPLE, { cacheName: `pages-${user}` }))) || Response.error();
}

/** Without network a check begins all the same; the server hears of it when it is handed in. */
function start(request, url) {
  return fetch(request).catch(() => Response.redirect(url.pathname.slice(0, -6), 303));
}

/** A report goes as any form does. Where it cannot, or came back before, it waits in the queue as a check does. */
async function report(request, path) {
  const form = await request.clone().formData(), standing = await record(form.get("client_id")).catch(() => null);
  const answer = !standing && (await isReady()) ? await fetch(request).catch(() => null) : null;
  if (answer && answer.status < 500) return answer;
  const isSafe = await keepReport(form, standing, path).then(() => true, () => false);
  if (!isSafe) return full();
  registration.sync?.register("hand-in").catch(() => null);
  return Response.redirect("/m/sync/#saved", 303);
}

/** The server is there and knows this person: asked first, because photos take long to fail on a weak network. */
async function isReady() {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE_FOR_PAGES);
  const answer = await fetch("/m/sync/state/", { headers: { Accept: "application/json" }, cache: "no-store", signal: stop.signal }).catch(() => null);
  clearTimeout(timer);
  return Boolean(answer?.ok);
}

async function keepReport(form, standing, path) {
  const user = Number(await about("user")), id = form.get("client_id") || newId(), fields = [], files = [], added = [];
  const taken = (form.get("photos-taken") ?? "").split(",");
  for (const [name, value] of form) {
    if (typeof value === "string") fields.push([name, value, null, false]);
    else if (value.size) {
      const { bytes, ...file } = await describe(value, name);
      const at = name === "photos" && Date.parse(taken[files.filter((each) => each.name === name).length]);
      files.push({ ...file, at: at || file.at });
      added.push({ id: file.id, bytes });
    }
  }
  if (!user) throw new Error("nobody");
  const draft = standing ?? begin({ id, user, key: `report-${id}`, run: null, form: path });
  const said = fields.filter(([name]) => name !== "csrfmiddlewaretoken");
  await keep({ ...draft, title: form.get("title") ?? "", fields: said, files, state: "waiting", handed: Date.now(), problem: null, tries: 0 }, added);
}

/** Nothing can be kept: the person goes back to what was typed. */
function full() {
  return offline({ "data-full hidden": "data-full" }, 507);
}

/** How often somebody signed out: a page that was asked for before is not kept after it. */
let gone = 0, turn = Promise.resolve();

/** One change of what is kept after another, and none that was asked for by somebody who has left since. */
function change(asked, act) {
  const mine = turn.then(() => (asked === gone ? act() : null));
  turn = mine.catch(() => null);
  return mine;
}

function leave() {
  gone += 1;
  return change(gone, () => become(null));
}

/** At a tablet that is everybody's the pages go first: without network too nobody sees those of whoever was there before. */
async function signOut(request) {
  const isTablet = new URL(request.url).search === "?tablet";
  if (isTablet) await leave();
  const response = await (isTablet ? fetch(request).catch(() => offline({})) : fetch(request));
  if (response.ok || response.type === "opaqueredirect") {
    await leave();
    await navigator.clearAppBadge?.().catch(() => null);
  }
  return response;
}

async function page(event, url) {
  const answer = fetch(event.request), asked = gone;
  event.waitUntil(answer.then((response) => look(url, response.clone(), asked)).catch(() => null));
  const standing = await recall(url);
  if (!standing) return answer.catch(() => instead(url));
  const soon = await Promise.race([answer.catch(() => null), new Promise((done) => setTimeout(done, PATIENCE_FOR_PAGES))]);
  return soon && soon.status < 500 ? soon : standing;
}

/** Keeps a page that may be needed without network, and notices whose it is. */
async function look(url, response, asked) {
  if (response.status !== 200 || !(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return;
  const text = await response.text();
  const user = /<body[^>]* data-user="(\d+)"/.exec(text)?.[1];
  if (!user) return;
  const isAsked = REPORTS.includes(url.pathname) && url.search; // somebody's place stands chosen in it
  await change(asked, async () => {
    await become(user);
    if ((isKept(url) || LABEL.test(url.pathname)) && !isAsked) await put(user, url.pathname, text, response.headers);
  });
}

function isKept(url) {
  return RUN.test(url.pathname) || SELF.test(url.pathname) || PERMIT.test(url.pathname) || REPORTS.includes(url.pathname) || (FIXED.includes(url.pathname) && !url.search);
}

async function put(user, path, text, headers) {
  const cache = await caches.open(`pages-${user}`);
  const kept = new Headers(headers);
  kept.set("X-Kept", `${VERSION} ${Date.now()}`);
  await cache.put(path, new Response(text, { headers: kept }));
}

async function recall(url) {
  if (!isKept(url)) return null;
  return kept(url.pathname);
}

async function kept(path) {
  const user = await about("user");
  const found = user && (await caches.match(path, { cacheName: `pages-${user}` }));
  if (!found) return null;
  // The page says itself that it is not fresh; each report that begins on it is another one.
  const text = (await found.text()).replace("<body", "<body data-kept").replace(/(name="client_id" value=")[^"]*/, `$1${newId()}`);
  return new Response(text, { headers: found.headers });
}

/** A label that the phone knows leads to its check, or to its place as it was seen today, a contractor's way to the entry
 * permit; anything else to a page that says what to do. */
async function instead(url) {
  if (url.pathname === "/") return Response.redirect("/m/", 302);
  const permit = WAY.test(url.pathname) && (await permitKept());
  if (permit) return Response.redirect(permit, 302);
  const code = url.pathname === "/m/scan/" ? url.searchParams.get("code") : /^\/m\/q\/([^/]+)\//.exec(url.pathname)?.[1];
  const label = code && decodeURIComponent(code), run = label && (await runAt(label));
  if (run) return Response.redirect(`${run}?label=${encodeURIComponent(label)}`, 302);
  const place = label && !SPOT.test(url.pathname) && (await placeAt(label));
  return place || (await offline(NOT_OF_THE_DAY.test(url.pathname) ? { "data-field": "data-field hidden", "data-portal hidden": "data-portal" } : {}));
}

/** The page that stands for one that is not kept; marks: what is written otherwise in it. */
async function offline(marks, status = 200) {
  const page = await caches.match(OFFLINE);
  if (!page) return Response.error();
  const text = Object.entries(marks).reduce((all, [mark, other]) => all.replace(mark, other), await page.text());
  return new Response(text, { status, headers: page.headers });
}

async function permitKept() {
  return (await pathsKept()).find((path) => PERMIT.test(path));
}

/** Opening a cache makes it: of somebody who has left there is none. */
async function pathsKept() {
  const name = `pages-${await about("user")}`;
  const all = (await caches.has(name)) ? await (await caches.open(name)).keys() : [];
  return all.map(({ url }) => new URL(url).pathname);
}

function codeOf(token) {
  return token.trim().replace(/\/$/, "").split("/").pop().split(".")[0].replace(/\s/g, "").toUpperCase();
}

async function placeAt(token) {
  const code = codeOf(token);
  const path = (await pathsKept()).find((each) => LABEL.test(each) && codeOf(decodeURIComponent(LABEL.exec(each)[1])) === code);
  return path ? kept(path) : null;
}

async function runAt(token) {
  const hash = await digest(new TextEncoder().encode(codeOf(token)));
  return ((await about("runs")) ?? []).find((run) => run.labels.includes(hash))?.url;
}

async function about(what) {
  return (await (await caches.open(ABOUT)).match(`/${what}`))?.json();
}

async function remember(what, value) {
  await (await caches.open(ABOUT)).put(`/${what}`, new Response(JSON.stringify(value)));
}

async function become(user) {
  if (user && (await about("user")) === user) return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("pages-") && name !== `pages-${user}`).map((name) => caches.delete(name)));
  await remember("runs", []);
  await remember("user", user);
}

// What a page asks for

addEventListener("message", (event) => {
  if (event.data?.type === "keep") event.waitUntil(keepDay(event.data));
  if (event.data?.type === "look" && isKept(new URL(event.data.url, location.origin))) event.waitUntil(lookAgain(event.data.url, event.ports[0]));
  if (event.data?.type === "push") event.waitUntil(remember("push", { user: event.data.user, endpoint: event.data.endpoint }));
});

/** A page that was open before there was a service worker; it hears whether it is kept now. */
async function lookAgain(path, page) {
  await fetchAndLook(path, gone);
  page?.postMessage(Boolean(await kept(path)));
}

/** Whether it arrived. */
async function fetchAndLook(path, asked) {
  const response = await fetch(path, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
  if (response) await look(new URL(path, location.origin), response, asked);
  return Boolean(response);
}

/** The pages of this person's day, fetched without starting anything; those of yesterday go. */
async function keepDay({ user, pages, runs }) {
  const asked = gone, cacheName = `pages-${user}`, wanted = [...pages, ...runs.map((run) => run.url)];
  if ((await about("user")) !== user) await fetchAndLook(pages[0], asked); // who has left meanwhile is not brought back
  if ((await about("user")) !== user) return;
  await change(asked, async () => {
    await remember("runs", runs);
    const cache = await caches.open(cacheName);
    for (const { url } of await cache.keys()) if (!isWanted(new URL(url).pathname, wanted) && !(await isOfToday(cache, url))) await cache.delete(url);
  });
  for (const path of wanted) {
    const [version, at] = (await caches.match(path, { cacheName }))?.headers.get("X-Kept")?.split(" ") ?? [];
    if (version === VERSION && Date.now() - at < FRESH) continue;
    if (!(await fetchAndLook(path, asked)) || asked !== gone) return;
  }
}

/** The gate's own pages stay until somebody signs out. */
function isWanted(path, wanted) {
  return wanted.includes(path) || path.startsWith(GATE);
}

/** A place that was opened by its label. */
async function isOfToday(cache, url) {
  const at = LABEL.test(new URL(url).pathname) && (await cache.match(url)).headers.get("X-Kept")?.split(" ")[1];
  return Boolean(at) && Date.now() - at < DAY;
}

// Notices of somebody else's push service, shown even when no page is open

addEventListener("push", (event) => event.waitUntil(take(event.data?.json() ?? {})));

/** What was shown is confirmed by a token of its own, so nobody has to be signed in; where that cannot arrive, no harm is done. */
async function take(note) {
  await show(note);
  if (!note.receipt) return;
  const body = new URLSearchParams({ receipt: note.receipt });
  await fetch("/push/shown/", { method: "POST", body, credentials: "omit", keepalive: true }).catch(() => null);
}

/** Each push has to be shown; the same tag takes the place of the same notice. */
function show({ title = "", text = "", url = "/", urgent = false, tag = "", unread = 0 }) {
  if (unread && "setAppBadge" in navigator) navigator.setAppBadge(unread).catch(() => null);
  const icon = "/static/vendor/icon-192.png";
  const loud = urgent ? { requireInteraction: true, renotify: Boolean(tag), vibrate: [400, 150, 400, 150, 400] } : {};
  return registration.showNotification(title, { body: text, tag, icon, badge: icon, data: { url }, ...loud });
}

addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event).catch(() => null)));

/** The push service gave this browser another address, or wants to be asked for one. It stays with the person who
 * switched notices on here: nothing happens while nobody, or somebody else, is signed in. */
async function renew({ oldSubscription, newSubscription }) {
  const known = (await about("push")) ?? {}, old = oldSubscription?.endpoint ?? known.endpoint;
  const answer = old && (await fetch("/m/sync/state/", { headers: { Accept: "application/json" }, cache: "no-store" }));
  const me = answer?.ok && (await answer.json());
  if (!me || (known.user && known.user !== me.user)) return;
  const made = newSubscription ?? (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: me.push }));
  const { endpoint, keys } = made.toJSON(), said = { old, user: known.user ?? "", endpoint, ...keys };
  const headers = { "X-CSRFToken": me.csrf, Accept: "application/json" };
  const told = await fetch("/m/me/push/renew/", { method: "POST", headers, body: new URLSearchParams(said) });
  if (told.ok) await remember("push", { user: me.user, endpoint });
  else if (told.status < 500) await made.unsubscribe();
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.url ?? "/"));
});

/** In the page that is open already, else in a new one; never anywhere but here. */
async function openPage(path) {
  const url = new URL(path, location.origin);
  const target = url.origin === location.origin ? url.href : location.origin;
  const [page] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!page) return clients.openWindow(target);
  await page.focus().catch(() => null);
  return page.navigate(target).catch(() => clients.openWindow(target));
}

addEventListener("sync", (event) => event.waitUntil(flush().then((outcome) => {
  if (outcome?.left && outcome.kind === "noAnswer") throw new Error("later");
})));
