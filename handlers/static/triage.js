// Unsure messages and light questions by keyboard: an element says by data-key which keys are its own. Everything
// can be done by mouse, touch and Tab as well, and without this file.

// For so long after a new message came up its decision takes no key: the hand was faster than the eye.
const SETTLES_MS = 250;
const DECIDES = "[data-decides]";
const stage = () => document.getElementById("triage");

const isTyping = (element) => element.matches?.("textarea, select, input:not([type=radio], [type=checkbox])");
const hasOwnEnter = (element) => element.matches?.("a, button, summary, select, audio, video");
const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

function ofKey(key) {
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  return [...document.querySelectorAll("[data-key]")].find(
    (each) => each.dataset.key.split(" ").includes(wanted) && (visible(each) || each.closest("details:not([open])")),
  );
}

function enter(element) {
  for (let at = element.closest("details:not([open])"); at; at = at.parentElement.closest("details:not([open])")) {
    at.open = true;
  }
  element.focus();
  element.select?.();
  element.scrollIntoView({ block: "nearest" });
}

function openSearch(summary) {
  summary.closest("details").open = true;
  enter(summary.closest("details").querySelector("input, select"));
}

// Without a service there is nothing to agree with yet.
function lacksService(button) {
  const form = button.form;
  if (button.id !== "confirm" || !form.elements.reading || form.elements.reading.value) return false;
  return !["tanya", "elsewhere", "spam"].includes(form.elements.intent.value);
}

function press(element) {
  if (element.matches(DECIDES) && stage()?.dataset.fresh !== undefined) return;
  if (element.matches("summary")) openSearch(element);
  else if (element.matches("input, textarea")) enter(element);
  else if (lacksService(element)) openSearch(document.querySelector(".search summary"));
  else element.click();
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.matches("[data-submit-by-enter]")) {
    event.preventDefault();
    if (!event.repeat) target.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && isTyping(target)) {
    target.blur();
    return;
  }
  if (target.matches?.("[data-filter]") && event.key === "Enter") {
    event.preventDefault();
    document.querySelector(`${target.dataset.filter} [data-first]`)?.click();
    return;
  }
  if (isTyping(target) || (event.key === "Enter" && hasOwnEnter(target))) return;
  if (event.key === "?") {
    document.getElementById("keys")?.showModal();
    return;
  }
  const element = ofKey(event.key);
  if (!element || !stage()?.contains(element) && !element.closest(".walk, .keep")) return;
  event.preventDefault();
  press(element);
});

// The search for a service: what begins with the letters first, then what has them anywhere.
function sift(input) {
  const letters = input.value.trim().toLowerCase();
  const all = [...document.querySelectorAll(`${input.dataset.filter} [data-find]`)];
  const fits = (each) => letters === "" || each.dataset.find.includes(letters);
  const begins = (each) => each.dataset.find.split(/[\s,_/]+/).some((word) => word.startsWith(letters));
  const found = all.filter(fits);
  for (const each of all) {
    each.hidden = !fits(each);
    delete each.dataset.first;
  }
  const first = letters.length > 1 ? found.find(begins) ?? found[0] : undefined;
  if (first) first.dataset.first = "";
  const none = document.querySelector(".search [data-none]");
  if (none) none.hidden = found.length > 0;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-filter]")) sift(event.target);
});

// A text on offer goes into the box, where it can still be changed.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-take]");
  if (!link) return;
  event.preventDefault();
  const box = document.getElementById("answer");
  box.value = document.getElementById(link.dataset.take).textContent.trim();
  enter(box);
  box.setSelectionRange(box.value.length, box.value.length);
  box.dispatchEvent(new Event("preview"));
});

function arrive({ focus }) {
  for (const each of document.querySelectorAll(".filter")) each.hidden = false;
  const here = stage();
  if (!here) return;
  here.dataset.fresh = "";
  setTimeout(() => delete here.dataset.fresh, SETTLES_MS);
  const refused = here.querySelector("[role=alert]");
  if (refused) {
    const form = refused.closest("form");
    const field = form?.querySelector("textarea, input[name=place]");
    if (field) enter(field);
  } else if (focus) {
    document.getElementById("message")?.focus();
  }
}

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (target.id !== "isi") return;
  // A refusal is the same page with what was typed. A page without the stage is the log-in.
  if (xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  if (event.detail.shouldSwap && !xhr.responseText.includes('id="triage"')) {
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL || location.href);
  }
});
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "isi" || event.target.id === "isi") arrive({ focus: true });
});
// What could not be sent is still there: say so, and let it be sent again.
for (const failed of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(failed, (event) => {
    if (event.detail.target?.id === "isi") document.getElementById("unsent")?.removeAttribute("hidden");
  });
}
arrive({ focus: !location.hash && document.activeElement === document.body });
