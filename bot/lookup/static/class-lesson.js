// One step at a time without loading the page again. Without this file the same links do it by the server.

/** Turns 前へ and 次へ of a lesson into moving between its screens. */
export function pageThrough(lesson) {
  const pager = lesson.querySelector(".pager");
  const screens = [...lesson.querySelectorAll(".screen")];
  if (!pager || !pager.querySelector("[data-go]")) return;
  const shown = () => screens.findIndex((screen) => !screen.hidden);
  pager.addEventListener("click", (event) => {
    const link = event.target.closest("[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(shown() + Number(link.dataset.go));
  });

  function show(number) {
    const last = screens.length - 1;
    const at = Math.max(0, Math.min(number, last));
    screens.forEach((screen, i) => (screen.hidden = i !== at));
    const [back, next] = [pager.querySelector('[data-go="-1"]'), pager.querySelector('[data-go="1"]')];
    back.hidden = at === 0;
    next.hidden = at === last;
    back.href = stepAddress(back.href, at - 1);
    next.href = stepAddress(next.href, at + 1);
    for (const link of document.querySelectorAll("#kana-switch")) link.href = stepAddress(link.href, at);
    history.replaceState(null, "", stepAddress(location.href, at));
    lesson.querySelector(".screens").focus({ preventScroll: true });
    lesson.querySelector(".screens").scrollIntoView({ block: "nearest" });
    announce(screens[at]);
  }
}

/** The address with another step; a question in it becomes the topic, so that it is not asked again. */
function stepAddress(address, step) {
  const url = new URL(address);
  const topic = document.querySelector("#lesson")?.dataset.topic;
  if (url.searchParams.has("q") && topic) {
    url.searchParams.delete("q");
    url.searchParams.set("topic", topic);
  }
  if (step > 0) url.searchParams.set("step", step);
  else url.searchParams.delete("step");
  return url.pathname + url.search;
}

/** Says the screen to whoever listens instead of looking. */
function announce(screen) {
  let live = document.querySelector("#spoken");
  if (!live) {
    live = document.createElement("p");
    live.id = "spoken";
    live.className = "spoken";
    live.setAttribute("aria-live", "polite");
    document.querySelector("main").append(live);
  }
  const text = [...screen.querySelectorAll(".big")].map(plain).join(" ");
  live.textContent = `${screen.getAttribute("aria-label")}: ${text}`;
}

function plain(element) {
  const copy = element.cloneNode(true);
  for (const reading of copy.querySelectorAll("rt, rp")) reading.remove();
  return copy.textContent;
}
