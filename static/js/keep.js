// The page is kept on the phone, for the way without network; the sentence [data-keep], which says so, is shown once it is.

export async function setup(sentence) {
  sentence.hidden = !("kept" in document.body.dataset || (await keepPage()));
}

/** Whether the service worker has it. */
export async function keepPage() {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => null);
  const { active } = await navigator.serviceWorker.ready, { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    active.postMessage({ type: "look", url: location.pathname }, [port2]);
  });
}
