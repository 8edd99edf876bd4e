// The figures' pages work without this; it only lends the browser's own way to paper a button.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
