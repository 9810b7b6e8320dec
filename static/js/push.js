// <section data-push="public key" data-known="endpoints">: switches notices on and off in this browser.
//
// What there is to say stands in the section already, as [data-when]; here is only chosen which of it is true. The form
// carries what the browser's push service answers, and goes as any form does.

export async function setup(section) {
  const form = section.querySelector("form[data-on]"), show = (state) => choose(section, state);
  const registration = await navigator.serviceWorker?.ready.catch(() => null);
  if (!registration?.pushManager || !("Notification" in window)) return show("none");
  if (Notification.permission === "denied") return show("denied");
  const standing = await registration.pushManager.getSubscription();
  const isKnown = standing && JSON.parse(section.dataset.known).includes(standing.endpoint);
  if (isKnown) registration.active?.postMessage({ type: "push", user: Number(document.body.dataset.user), endpoint: standing.endpoint });
  show(isKnown ? "on" : standing ? "lost" : "off");
  section.querySelectorAll("form[data-endpoint]").forEach((each) => mark(each, standing));
  form.addEventListener("submit", (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    subscribe(registration, section.dataset.push, standing).then((made) => send(form, made)).catch(() => {
      show(Notification.permission === "denied" ? "denied" : "failed");
    });
  });
}

function choose(section, state) {
  section.querySelectorAll("[data-when]").forEach((each) => { each.hidden = !each.dataset.when.split(" ").includes(state); });
}

/** Switching off the browser one looks at also gives back what its push service keeps. */
function mark(form, standing) {
  if (form.dataset.endpoint !== standing?.endpoint) return;
  form.closest("li").querySelector("[data-here]").hidden = false;
  form.addEventListener("submit", () => { standing.unsubscribe().catch(() => null); });
}

async function subscribe(registration, key, standing) {
  await standing?.unsubscribe(); // made for another key, or for somebody else
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function send(form, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  Object.entries({ endpoint, ...keys }).forEach(([name, value]) => { form.elements[name].value = value; });
  form.requestSubmit();
}
