// The editor: phrasings as chips, the look and the hints while typing, and what is typed kept every few seconds.
// Without this script the page has a text field of phrasings, a button that shows the look, and the save buttons.
const form = document.querySelector("#entry");
document.body.classList.add("scripted");

// --- Chips: the text field stays the one place where phrasings are written; chips show it.
function startChips(field) {
  const list = document.createElement("ul");
  const adding = document.createElement("div");
  list.className = "chips";
  list.setAttribute("aria-label", "聞き方。押すと消えます");
  adding.className = "search";
  adding.innerHTML = '<input type="text" id="new-phrasing" maxlength="120" autocomplete="off" placeholder="聞き方を書いて Enter"><button type="button" class="quiet">足す</button>';
  const entry = adding.firstElementChild;
  entry.setAttribute("aria-label", "足す聞き方");
  const texts = () => field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const write = (lines) => {
    field.value = [...new Set(lines)].join("\n");
    draw();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const add = () => {
    if (entry.value.trim()) write([...texts(), ...entry.value.split("\n").map((line) => line.trim())]);
    entry.value = "";
    entry.focus();
    list.scrollTop = list.scrollHeight;
  };
  const remove = (index) => {
    write(texts().filter((_, i) => i !== index));
    (list.children[Math.min(index, list.children.length - 1)]?.firstElementChild ?? entry).focus();
  };
  function draw() {
    list.hidden = texts().length === 0;
    list.replaceChildren(...texts().map((text, index) => {
      const item = document.createElement("li");
      const chip = document.createElement("button");
      chip.type = "button";
      chip.textContent = text;
      chip.setAttribute("aria-label", `「${text}」を消す`);
      chip.addEventListener("click", () => remove(index));
      chip.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
        if (event.key === "Delete" || event.key === "Backspace") remove(index);
        else if (event.key in steps) list.children[index + steps[event.key]]?.firstElementChild.focus();
        else return;
        event.preventDefault();
      });
      item.append(chip);
      return item;
    }));
  }
  entry.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") { event.preventDefault(); add(); }
    else if (event.key === "Backspace" && !entry.value) list.lastElementChild?.firstElementChild.focus();
  });
  entry.addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text");
    if (!pasted.includes("\n")) return;
    event.preventDefault();
    write([...texts(), ...pasted.split("\n").map((line) => line.trim()).filter(Boolean)]);
  });
  adding.lastElementChild.addEventListener("click", add);
  field.hidden = true;
  document.querySelector("label[for=phrasings]").htmlFor = "new-phrasing";
  field.before(list, adding);
  draw();
}

// --- The look: the same page as 「見た目を確かめる」 gives, of which the live parts are put into this one.
let asked = null;
let later = null;
async function look(extra = {}) {
  asked?.abort();
  asked = new AbortController();
  const body = new FormData(form);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  try {
    const answer = await fetch(form.dataset.look, { method: "POST", body, signal: asked.signal });
    if (answer.ok && !answer.redirected) show(new DOMParser().parseFromString(await answer.text(), "text/html"), extra);
  } catch { /* the network is away: what is typed stays */ }
}

function show(page, extra) {
  const focused = document.activeElement?.id;
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
  }
  const mark = extra.reviewed && `${extra.reviewed}_made_from`;
  if (mark) document.getElementById(mark).value = page.getElementById(mark).value;
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

// --- Keeping what is typed
let kept = "";
let leaving = false;
const typed = () => new URLSearchParams(new FormData(form)).toString();
async function keep() {
  const now = typed();
  if (now === kept) return;
  try {
    const answer = await fetch(form.dataset.typed, { method: "POST", body: new FormData(form) });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    kept = now;
    document.querySelector("#kept").textContent = `書きかけを残しました（${(await answer.json()).at}）。まだ下書きには保存していません。`;
  } catch {
    if (!leaving) document.querySelector("#kept").textContent = "書きかけを残せませんでした。つながりを確かめて、この画面を閉じずにお待ちください。";
  }
}

if (form) {
  startChips(document.querySelector("#phrasings"));
  kept = typed();
  form.addEventListener("input", () => { clearTimeout(later); later = setTimeout(look, 500); });
  form.addEventListener("change", () => { clearTimeout(later); later = setTimeout(look, 100); });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.getAttribute("formaction")) { leaving = true; return; }
    event.preventDefault();
    look(button.name ? { [button.name]: button.value } : {});
  });
  setInterval(() => { if (!leaving) keep(); }, 4000);
  addEventListener("pagehide", () => { if (!leaving && typed() !== kept) navigator.sendBeacon(form.dataset.typed, new FormData(form)); });
}
