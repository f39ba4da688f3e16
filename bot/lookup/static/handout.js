// The button that prints. Without JavaScript the hint beside it says where the browser's own is.
const button = document.querySelector("#print");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
