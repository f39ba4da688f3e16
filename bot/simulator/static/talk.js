// The talk room: sends what is typed or tapped, shows what the bot sent. No library, no build step.
import { drawFlex } from "./flex.js";
import { createMenu } from "./menu.js";

const $ = (id) => document.getElementById(id);
const room = $("room");
let seen = 0;
let lastMessage = null;
let sentAt = null;

function user() {
  let id = sessionStorage.getItem("user");
  if (!id) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    id = "U" + [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("user", id);
  }
  return id;
}

function put(text, kind) {
  const made = document.createElement("div");
  made.className = kind;
  made.textContent = text;
  room.append(made);
  room.scrollTop = room.scrollHeight;
  return made;
}

async function deliver(wish) {
  const answer = await fetch(`api/${$("city").value}/events`, { method: "POST", body: JSON.stringify({ ...wish, user: user() }) });
  const result = await answer.json();
  if (result.webhook) $("in").textContent = JSON.stringify(result.webhook, null, 1);
  if (result.status !== 200) put(`受け取られませんでした（${result.status ?? result.error}）`, "fault");
  return result;
}

async function send(wish, shown) {
  $("quick").replaceChildren();
  const own = shown ? put(shown, "own") : null;
  sentAt = performance.now();
  const result = await deliver(wish);
  if (wish.kind === "text") lastMessage = { id: result.message, own };
  await wait();
}

async function wait() {
  for (let tries = 0; tries < 40; tries += 1) {
    if (await poll()) return;
    await new Promise((done) => setTimeout(done, tries < 10 ? 60 : 300));
  }
}

async function fetchReplies(city) {
  return (await fetch(`api/${city}/messages?user=${user()}&after=${seen}`)).json();
}

async function poll() {
  const city = $("city").value;
  const replies = await fetchReplies(city);
  if (city !== $("city").value) return true; // another talk room is open by now
  const fresh = replies.filter((reply) => reply.number > seen); // another poll may have shown them meanwhile
  for (const reply of fresh) {
    seen = reply.number;
    show(reply.messages);
  }
  return fresh.length > 0;
}

function show(messages) {
  const made = document.createElement("div");
  made.className = "theirs";
  for (const message of messages) made.append(drawMessage(message));
  room.append(made);
  $("out").textContent = JSON.stringify(messages, null, 1);
  if (sentAt !== null) $("timing").textContent = `返信まで ${Math.round(performance.now() - sentAt)} ミリ秒`;
  sentAt = null;
  showQuick(messages.at(-1).quickReply);
  room.scrollTop = Math.min(room.scrollHeight, made.offsetTop - room.offsetTop - 60);
}

function drawMessage(message) {
  if (message.type === "flex") {
    const made = drawFlex(message.contents, tap);
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", message.altText);
    return made;
  }
  const made = document.createElement("div");
  made.className = "bubble-text";
  made.textContent = message.text ?? message.altText ?? `（${message.type}）`;
  return made;
}

function showQuick(quick) {
  $("quick").replaceChildren(...(quick?.items ?? []).map(({ action }) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = action.label;
    made.addEventListener("click", () => tap(action));
    return made;
  }));
}

function tap(action) {
  if (action.type === "uri") window.open(action.uri, "_blank", "noopener");
  else if (action.type === "message") send({ kind: "text", text: action.text }, action.text);
  else if (action.type === "postback") send({ kind: "postback", data: action.data }, action.displayText);
  else if (action.type === "richmenuswitch") changeTab(action);
}

const menu = createMenu({ holder: $("menu"), bar: $("menu-bar"), tap });

// LINE tells the bot that a tab was changed; nothing is answered, so nothing is waited for.
async function changeTab({ richMenuAliasId: alias, data }) {
  menu.change($("city").value, alias);
  await deliver({ kind: "switch", alias, data });
}

function unsend() {
  if (!lastMessage?.id) return;
  lastMessage.own.textContent = "送信を取り消しました";
  lastMessage.own.classList.add("gone");
  send({ kind: "unsend", message: lastMessage.id });
  lastMessage = null;
}

const NAMES = { sticker: "（スタンプ）", image: "（写真）", audio: "（音声）", location: "（位置情報）" };

for (const button of document.querySelectorAll("[data-send]")) {
  button.addEventListener("click", () => {
    button.closest("details").open = false;
    const kind = button.dataset.send;
    if (kind === "unsend") unsend();
    else send({ kind }, NAMES[kind]);
  });
}

$("write").addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  send({ kind: "text", text }, text);
});

async function open() {
  const earlier = await fetchReplies($("city").value);
  seen = Math.max(seen, ...earlier.map((reply) => reply.number));
  room.replaceChildren();
  $("quick").replaceChildren();
  const today = new Date();
  put(`${today.getMonth() + 1}月${today.getDate()}日`, "day");
  menu.open($("city").value);
  send({ kind: "follow" });
}

$("city").addEventListener("change", open);
open();
