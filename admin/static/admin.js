// On a telephone the menu starts folded; without JavaScript it is open.
const fold = document.querySelector(".menu .fold");
if (fold && window.matchMedia("(max-width: 63.99rem)").matches) fold.open = false;
// A page that waits for a job looks again by itself.
const waiting = document.querySelector("[data-look-again]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.lookAgain) * 1000);
