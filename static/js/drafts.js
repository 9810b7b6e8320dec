// Half-filled forms, kept on this phone with their photos until the server has them. One record per key.

const DAYS_KEPT = 7;

function open() {
  return new Promise((done, fail) => {
    const request = indexedDB.open("anhuan", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("drafts");
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function run(mode, work) {
  const database = await open();
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction("drafts", mode);
      const request = work(transaction.objectStore("drafts"));
      transaction.oncomplete = () => done(request.result);
      transaction.onabort = transaction.onerror = () => fail(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Photos are stored as bytes: some phones lose a File that the camera app cleans up. */
export async function keep(key, draft) {
  const files = {};
  for (const [name, list] of Object.entries(draft.files)) {
    files[name] = await Promise.all(list.map(async (file) => ({ name: file.name, type: file.type, at: file.lastModified, bytes: await file.arrayBuffer() })));
  }
  await run("readwrite", (store) => store.put({ ...draft, files, at: Date.now() }, key));
}

export async function recall(key) {
  const draft = await run("readonly", (store) => store.get(key));
  if (!draft || Date.now() - draft.at > DAYS_KEPT * 86_400_000) return null;
  for (const [name, list] of Object.entries(draft.files)) {
    draft.files[name] = list.map((file) => new File([file.bytes], file.name, { type: file.type, lastModified: file.at }));
  }
  return draft;
}

export function forget(key) {
  return run("readwrite", (store) => store.delete(key));
}
