// What this device keeps, and nobody else: which answers were looked at in this class, and a copy for halls without
// Wi-Fi. What somebody typed is not kept, only which answer was found. One button forgets all of it.

const MOST = 30;
const PREFIX = "madoguchi:";
const COPIES = "madoguchi-copies";

function read(key) {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null; // storage may be switched off: then nothing is kept
  }
}

function write(key, value) {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    /* as above */
  }
}

function lookedUp(city) {
  try {
    const found = JSON.parse(read(`${city}:looked-up`) ?? "[]");
    return Array.isArray(found) ? found.filter((item) => item && item.topic && item.heading) : [];
  } catch {
    return [];
  }
}

/** Keeps that this answer was looked at; the newest comes first, each once. */
export function remember(city, topic, heading) {
  const others = lookedUp(city).filter((item) => item.topic !== topic);
  write(`${city}:looked-up`, JSON.stringify([{ topic, heading }, ...others].slice(0, MOST)));
}

/** Shows what this device keeps of a city, and the button that forgets it. */
export function showDevice(city) {
  const section = document.querySelector("#device");
  if (!section) return;
  section.hidden = false;
  list(city);
  showCopy(city);
  section.querySelector("#forget").addEventListener("click", async () => {
    await forget();
    list(city);
    section.querySelector("#copy").textContent = "この端末の記録を消しました。";
  });
}

function list(city) {
  const found = lookedUp(city);
  document.querySelector("#history-none").hidden = found.length > 0;
  document.querySelector("#history").replaceChildren(
    ...found.map(({ topic, heading }) => {
      const link = document.createElement("a");
      link.className = "option";
      link.href = `/lookup/${city}/class?${new URLSearchParams({ topic })}`;
      link.textContent = heading;
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
}

/** Deletes everything that these pages keep on the device: history, copies, and the service worker. */
export async function forget() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    /* nothing is kept where storage is switched off */
  }
  if ("caches" in window) {
    const names = (await caches.keys()).filter((name) => name.startsWith("madoguchi-"));
    await Promise.all(names.map((name) => caches.delete(name)));
  }
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.filter((w) => new URL(w.scope).pathname === "/lookup/").map((w) => w.unregister()));
}

/** Keeps a copy of the city's answers, or makes sure that the one there is the newest. Whether that succeeded. */
export async function keepCopy(city) {
  if (!("serviceWorker" in navigator) || !("caches" in window) || navigator.connection?.saveData) return false;
  try {
    await navigator.serviceWorker.register("/lookup/offline/service-worker.js", { scope: "/lookup/" });
    const address = `/lookup/${city}/offline.json`;
    const answer = await fetch(address, { cache: "no-cache", headers: { "x-madoguchi-copy": "refresh" } });
    const copies = await caches.open(COPIES);
    if (!answer.ok) return false;
    const there = await copies.match(address);
    if (there?.headers.get("etag") !== answer.headers.get("etag")) await copies.put(address, answer.clone());
    const shell = `/lookup/${city}/class/offline`;
    await copies.put(shell, await fetch(shell, { cache: "no-cache" }));
    write(`${city}:copied`, new Date().toISOString());
    showCopy(city);
    return true;
  } catch {
    return false; // without a network the copy stays as it is
  }
}

/** When the copy was last known to be the newest; null when there is none. */
export function copiedAt(city) {
  const at = new Date(read(`${city}:copied`) ?? NaN);
  return Number.isNaN(at.getTime()) ? null : at;
}

function showCopy(city) {
  const at = copiedAt(city);
  const place = document.querySelector("#copy");
  if (at && place) place.textContent = `この端末の写し: ${inJapan(at)} 時点。つながらない所でも調べられます。`;
}

/** A moment as people in Japan write it, to the minute. */
export function inJapan(at) {
  const there = new Date(at.getTime() + 9 * 3600 * 1000);
  const minutes = String(there.getUTCMinutes()).padStart(2, "0");
  return `${there.getUTCFullYear()}年${there.getUTCMonth() + 1}月${there.getUTCDate()}日 ${there.getUTCHours()}:${minutes}`;
}
