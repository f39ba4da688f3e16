// Class mode from the copy on this device: the same answers as online, found by a simpler search.
import { copiedAt, inJapan, keepCopy, remember, showDevice } from "./class-device.js";
import { pageThrough } from "./class-lesson.js";
import { asksForHelp, buildIndex, decide } from "./offline-search.js";

const city = location.pathname.split("/")[2];
const wish = new URLSearchParams(location.search);
const kana = wish.has("kana");
const base = `/lookup/${city}/class`;

/** An element with attributes and children; texts become text, never HTML. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A text with its readings, which come in turn, as elements; readings only where they are wished. */
function ruby(flat) {
  const pieces = document.createDocumentFragment();
  for (let i = 0; i < flat.length; i += 2) {
    if (/^[0-9]{2,4}-[0-9]{2,4}-[0-9]{2,4}$/.test(flat[i])) pieces.append(make("span", { class: "together" }, flat[i]));
    else if (!kana || !flat[i + 1]) pieces.append(flat[i]);
    else pieces.append(make("ruby", {}, flat[i], make("rp", {}, "（"), make("rt", {}, flat[i + 1]), make("rp", {}, "）")));
  }
  return pieces;
}

const plain = (flat) => flat.filter((_, i) => i % 2 === 0).join("");

function address(query) {
  const given = new URLSearchParams(query);
  if (kana && !given.has("kana")) given.set("kana", "1");
  if (given.get("kana") === "0") given.delete("kana");
  return `${base}?${given}`;
}

function buttons(found) {
  if (!found.length) return null;
  return make("p", { class: "buttons" }, ...found.map(([kind, label, value]) => {
    const href = kind === "tel" ? `tel:${value.replaceAll("-", "").replaceAll("#", "%23")}` : value;
    const number = kind === "tel" ? make("span", { class: "number" }, value) : null;
    return make("a", { class: `button ${kind}`, href }, label, number);
  }));
}

function options(copy, topics) {
  const known = new Map(copy.entries.map((entry) => [entry.topic, entry]));
  const items = topics.filter((topic) => known.has(topic)).map((topic) =>
    make("li", {}, make("a", { class: "option", href: address({ topic }) }, plain(known.get(topic).heading))));
  return make("ul", { class: "options" }, ...items);
}

function screens(entry, step, whole) {
  const all = [entry.body, ...entry.steps.map((text) => [text])];
  return all.map((lines, number) => {
    const where = number ? [`手順 ${number}`, make("span", { class: "of" }, `／${all.length - 1}`)] : ["答え"];
    return make("section",
      { class: "screen", "data-step": number, "aria-label": number ? `手順 ${number}` : "答え", hidden: !whole && number !== step },
      make("p", { class: "where" }, ...where),
      ...lines.map((line) => make("p", { class: "big" }, ruby(line))));
  });
}

function pager(entry, step, whole) {
  const { topic, steps: { length: last } } = entry;
  const go = (by, rel, name, kind) =>
    make("a", { class: `button ${kind}`, "data-go": by, rel, href: address({ topic, step: step + by }), hidden: step === (by < 0 ? 0 : last) }, name);
  const other = (query, name, id) => make("a", { class: "button quiet", id, href: address({ topic, ...query }) }, name);
  const here = { ...(step ? { step } : {}), ...(whole && last ? { whole: "1" } : {}) };
  const links = [other({ ...here, kana: kana ? "0" : "1" }, kana ? "ふりがなを消す" : "ふりがな", "kana-switch")];
  if (last && whole) links.unshift(other({}, "一つずつ見る"));
  if (last && !whole) links.unshift(go(-1, "prev", "前へ", "quiet"), go(1, "next", "次へ", ""), other({ whole: "1" }, "すべて見る"));
  return make("nav", { class: "pager", "aria-label": "手順とふりがな" }, ...links);
}

/** The QR code as a picture: a square for each dark module, four light ones around. */
function code([side, hex], label) {
  const bits = [...hex].map((digit) => parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
  const all = bits.slice(-side * side).padStart(side * side, "0");
  let path = "";
  for (let i = 0; i < all.length; i++) if (all[i] === "1") path += `M${4 + (i % side)} ${4 + Math.floor(i / side)}h1v1h-1z`;
  const size = side + 8;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`;
  return make("img", { src: `data:image/svg+xml,${encodeURIComponent(picture)}`, alt: label, width: 240, height: 240 });
}

function cards(entry) {
  if (!entry.cards.length) return null;
  return make("ul", { class: "cards" }, ...entry.cards.map(([title, lines, note]) =>
    make("li", {}, make("h2", {}, title), ...lines.map((line) => make("p", {}, line)), note ? make("p", { class: "meta" }, note) : null)));
}

function source(entry) {
  const [year, month, day] = entry.until.split("-").map(Number);
  const cited = entry.source ? [`出典: ${entry.source}`, make("br")] : [];
  return make("p", { class: "source" }, ...cited, `${year}年${month}月${day}日までに見直します。`);
}

function lesson(copy, entry) {
  const step = Math.max(0, Math.min(Number.parseInt(wish.get("step") ?? "0", 10) || 0, entry.steps.length));
  const whole = wish.has("whole") || !entry.steps.length;
  const words = entry.terms.map((n) => make("details", { class: "term" }, make("summary", {}, copy.terms[n][0]), make("p", {}, ruby(copy.terms[n][1]))));
  const found = make("article", { class: "lesson", id: "lesson", "data-topic": entry.topic, "data-heading": plain(entry.heading) },
    make("h1", {}, ruby(entry.heading)),
    make("div", { class: "screens", id: "screens", tabindex: "-1" }, ...screens(entry, step, whole)),
    pager(entry, step, whole),
    buttons(entry.buttons),
    cards(entry),
    source(entry),
    words.length ? make("section", { "aria-labelledby": "words-title" }, make("h2", { id: "words-title" }, "ことばの説明"), ...words) : null,
    make("h2", {}, "この答えを渡す"),
    make("details", { class: "code" }, make("summary", {}, "学ぶ人のスマホで開く（QRコード）"),
      make("p", {}, "つながるスマホのカメラで読むと、同じ答えのページが開きます。"), code(entry.code, "この答えのページを開くQRコード")));
  const more = entry.related.length ? [make("h2", {}, "あわせて知りたいこと"), options(copy, entry.related)] : [];
  return [found, ...more];
}

function fallback(copy, sentence) {
  return [make("h1", {}, "答え"), make("article", { class: "reply" }, ...sentence.split("\n").map((line) => make("p", {}, line)), buttons(copy.buttons))];
}

/** What to show: an entry, candidates to choose from, whom to ask, or the questions that are asked most. */
function answer(copy) {
  if (copy.pause) return fallback(copy, copy.pause);
  const byTopic = new Map(copy.entries.map((entry) => [entry.topic, entry]));
  const topic = wish.get("topic");
  if (topic && byTopic.has(topic)) return lesson(copy, byTopic.get(topic));
  const asked = (wish.get("q") ?? "").trim();
  if (!asked) return [make("h1", {}, "教室で聞かれたことを調べる"), make("h2", {}, "よく聞かれること"), options(copy, copy.frequent)];
  if (asksForHelp(copy.danger, asked) && byTopic.has("conversation/emergency")) return lesson(copy, byTopic.get("conversation/emergency"));
  const documents = [...copy.entries, ...copy.matters];
  const told = decide(buildIndex(documents), asked, (number) => number >= copy.entries.length);
  if (told.answer != null) return [...lesson(copy, documents[told.answer]), ...others(copy, told.others.map((n) => documents[n].topic))];
  if (told.outside != null) {
    const { name, counter, says, buttons } = documents[told.outside];
    const sentence = says ?? `「${name}」のことは、ここでは答えられません。${counter ? `${counter}に聞いてください。` : ""}`;
    return [...fallback(buttons ? { ...copy, buttons } : copy, sentence), ...others(copy, told.others.map((n) => documents[n].topic))];
  }
  if (told.others.length) return [make("h1", {}, "近い答えを選んでください"), options(copy, told.others.map((n) => documents[n].topic))];
  return fallback(copy, `写しの中に、近い答えがありません。\n${copy.counter}に聞くか、つながる所でもう一度調べてください。`);
}

const others = (copy, topics) => (topics.length ? [make("h2", {}, "ほかに近い答え"), options(copy, topics)] : []);

function showAge(copy) {
  const at = copiedAt(city) ?? new Date(copy.at);
  const mark = document.querySelector("#age");
  mark.textContent = `この端末の写し: ${inJapan(at)} 時点`;
  if (!navigator.onLine) mark.textContent = `つながっていません。${mark.textContent}`;
}

async function start() {
  const response = await fetch(`/lookup/${city}/offline.json`);
  const copy = await response.json();
  const place = document.querySelector("#answer");
  place.replaceChildren(...copy.notices.map((text) => make("p", { class: "message" }, text)), ...answer(copy));
  const shown = document.querySelector("#lesson");
  if (shown) {
    remember(city, shown.dataset.topic, shown.dataset.heading);
    pageThrough(shown);
  }
  document.querySelector("#q").value = wish.get("topic") ? "" : (wish.get("q") ?? "");
  document.querySelector("#kana").checked = kana;
  document.title = `${shown ? `${shown.dataset.heading} | ` : ""}教室モード | ${copy.city} まどぐち`;
  showAge(copy);
  showDevice(city);
}

start().catch(() => {
  document.querySelector("#age").textContent = "この端末には、まだ写しがありません。つながる所で一度開いてください。";
});

/** The network is back: the copy is renewed, and the mark says so. The first moments may still fail. */
async function renew(tries = 5) {
  if (await keepCopy(city)) {
    document.querySelector("#age").textContent = `つながりました。この端末の写し: ${inJapan(copiedAt(city) ?? new Date())} 時点`;
  } else if (tries > 1) {
    setTimeout(() => renew(tries - 1), 2000);
  }
}
addEventListener("online", () => renew());
