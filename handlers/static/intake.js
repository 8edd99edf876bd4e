// Desk intake by keyboard: an element says by data-key which key is its own. Everything can be done by mouse, touch
// and Tab as well, and without this file.

// For so long after a reading came up no key files it: the hand was faster than the eye.
const SETTLES_MS = 350;
const form = document.getElementById("intake");
const reading = () => document.getElementById("reading");
const isTyping = (element) => element.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");
const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const ofKey = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key.toLowerCase())}"]`)].find(visible);
let freshUntil = 0;

function press(element) {
  if (element.id === "save" && performance.now() < freshUntil) return;
  if (element.matches("textarea, select, input:not([type=radio])")) {
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  } else if (element.matches("[name=kind]")) element.focus();
  else element.click();
}

// Ctrl+Enter is the next step: read what was written, and once that has been read, file it.
function next(target) {
  const save = document.getElementById("save");
  if (!save || target.id === "words") document.getElementById("read").click();
  else if (performance.now() >= freshUntil) save.click();
}

document.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.repeat || document.querySelector("dialog[open]")) return;
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    next(target);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && isTyping(target)) {
    target.blur();
    return;
  }
  if (isTyping(target) || event.key.length > 1) return;
  const element = ofKey(event.key);
  if (!element) return;
  event.preventDefault();
  press(element);
});

// Whoever chooses another matter sees at once what belongs to it: its question, what is like it, whether it is sealed.
function reread() {
  window.htmx?.trigger("#read", "click");
}

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches("[data-service]")) {
    const other = document.getElementById("other");
    if (other) other.value = "";
  }
  if (target.id === "other") for (const each of document.querySelectorAll("[data-service]")) each.checked = false;
  if (target.matches("[data-refresh]")) reread();
  if (target.id === "photo") weigh(target);
});

// What is too large for one request is said before everything else would be lost with it.
function weigh(input) {
  const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
  const problem = document.getElementById("photo-problem");
  const tooLarge = size > Number(input.dataset.most);
  problem.hidden = !tooLarge;
  problem.textContent = tooLarge ? input.dataset.tooLarge : "";
  if (tooLarge) input.value = "";
}

let focused = "";
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "reading") return;
  focused = reading()?.contains(document.activeElement) ? document.activeElement.id : "";
  // A page without the form is the log-in: what was typed stays, and can be read again after logging in elsewhere.
  if (event.detail.shouldSwap && !event.detail.xhr.responseText.includes('id="intake"')) {
    event.detail.shouldSwap = false;
    document.getElementById("session-ended")?.removeAttribute("hidden");
  }
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "reading" && event.detail.elt?.id !== "read") return;
  freshUntil = performance.now() + SETTLES_MS;
  const again = focused && document.getElementById(focused);
  const heading = document.getElementById("judul-bacaan");
  if (again) again.focus();
  else if (reading()?.dataset.read !== undefined) heading?.focus();
});

const printing = document.querySelector("[data-print]");
if (printing) {
  printing.hidden = false;
  printing.addEventListener("click", () => window.print());
}
