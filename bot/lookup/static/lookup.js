// Shows what fits while somebody types. Without this script the form does all that is needed.
// What is typed goes to our own server only, in the body of a request, and nothing of it is kept there.

const WAIT = 250;
const LEAST = 2;
const form = document.querySelector("form[data-suggestions]");
const field = form.querySelector("input[type=search]");
const box = form.querySelector("#suggestions");
const status = form.querySelector("[role=status]");
const before = field.value.trim();
let timer = 0;
let asking = null;

function hide() {
  box.hidden = true;
  box.replaceChildren();
  status.textContent = "";
}

function show(html) {
  box.innerHTML = html;
  const count = box.querySelectorAll("a.option, .best").length;
  box.hidden = count === 0;
  status.textContent = count ? `近いものが ${count}件あります` : "「調べる」を押してください";
}

async function look() {
  const text = field.value.trim();
  asking?.abort();
  if (text.length < LEAST || text === before) return hide();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.dataset.suggestions, { method: "POST", body, signal: asking.signal });
    if (answer.ok) show(await answer.text());
    else hide();
  } catch (error) {
    if (error.name !== "AbortError") hide(); // no network: the form still says what to do
  }
}

field.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(look, WAIT);
});
field.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !box.hidden) {
    hide();
    field.focus();
    event.preventDefault();
  }
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  asking?.abort();
});
