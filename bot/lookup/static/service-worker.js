// For community halls without Wi-Fi: pages come from the network while there is one, else from the copy on this device.
// Nothing is kept but this program's own files, and the copies that class mode keeps (see class-device.js).
const SHELL = "madoguchi-shell-__BUILD__";
const COPIES = "madoguchi-copies";
const FILES = __FILES__;
const PATIENCE = 5000; // milliseconds after which class mode takes a slow network for none: somebody waits

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((shell) => shell.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("madoguchi-shell-") && name !== SHELL))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request, url));
  else if (/^\/lookup\/[^/]+\/offline\.json$/.test(url.pathname)) event.respondWith(copy(request, url));
});

/** A page from the network; without one, class mode on the copy of that page's city. */
async function page(request, url) {
  const city = url.pathname.split("/")[2] ?? "";
  const kept = await caches.match(`/lookup/${city}/class/offline`);
  if (!kept) return fetch(request);
  const slow = new AbortController();
  const timer = /^\/lookup\/[^/]+\/class$/.test(url.pathname) ? setTimeout(() => slow.abort(), PATIENCE) : 0;
  try {
    return await fetch(request, { signal: slow.signal });
  } catch {
    return kept;
  } finally {
    clearTimeout(timer);
  }
}

/** A style sheet, script or picture: as it was when this worker came; a new program brings a new worker. */
async function file(request, url) {
  const shell = await caches.open(SHELL);
  return (await shell.match(url.pathname)) ?? fetch(request);
}

/** The copy of a city's answers: the network's when class mode refreshes it, else the one on this device. */
async function copy(request, url) {
  if (request.headers.get("x-madoguchi-copy") === "refresh") return fetch(request);
  return (await caches.match(url.pathname)) ?? fetch(request);
}
