// A page to print: its button opens the browser's own dialog. Without script the browser's menu does the same.

const button = document.querySelector("[data-print]");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
