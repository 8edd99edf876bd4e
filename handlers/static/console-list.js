// A list of tickets: what is selected stays selected while the list is fetched anew.

const list = () => document.getElementById("list");
const form = document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll("[data-pick]")];
const chosen = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
let last = null;

const show = () => {
  if (!form) return;
  const all = boxes();
  for (const box of all) {
    box.checked = chosen.has(box.value);
    box.closest("[data-row]").classList.toggle("chosen", box.checked);
  }
  // What is not in the list any more is not acted upon.
  for (const number of chosen) if (!all.some((box) => box.value === number)) chosen.delete(number);
  form.querySelector("[data-chosen]").textContent = String(chosen.size);
  const whole = form.querySelector("[data-pick-all]");
  whole.checked = all.length > 0 && chosen.size === all.length;
  whole.indeterminate = chosen.size > 0 && !whole.checked;
  form.hidden = all.length === 0 && !form.querySelector("[role=alert]");
  form.classList.toggle("idle", chosen.size === 0 && !form.querySelector("[role=alert]"));
};
const choose = (box, on) => { if (on) chosen.add(box.value); else chosen.delete(box.value); };

// Shift and a click choose everything from the last click to this one.
document.addEventListener("click", (event) => {
  const box = event.target.closest?.("[data-pick]");
  if (!box) return;
  const all = boxes(), to = all.indexOf(box), from = all.findIndex((one) => one.value === last);
  const range = event.shiftKey && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
  for (const one of range) choose(one, box.checked);
  last = box.value;
  show();
});

if (form) {
  for (const part of form.querySelectorAll("[data-script]")) part.hidden = false;
  form.querySelector("[data-pick-all]").addEventListener("change", ({ target }) => {
    for (const box of boxes()) choose(box, target.checked);
    show();
  });
  const action = form.querySelector("[data-action]");
  const arrange = () => {
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = part.dataset.for !== action.value;
      part.querySelector("input, select").required = !part.hidden;
    }
  };
  action.addEventListener("change", arrange);
  arrange();
  show();
}
document.body.addEventListener("htmx:afterSettle", show);
window.addEventListener("pageshow", show);

// The address bar holds only what restricts.
document.querySelector("[data-filters]")?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value.trim()) formData.delete(name);
});

// Back on the list, the row that was opened is where the keyboard goes on.
const key = `open:${location.pathname}${location.search}`;
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#list [data-open]");
  if (link) sessionStorage.setItem(key, link.id);
});
const opened = sessionStorage.getItem(key);
if (opened && !location.hash) {
  sessionStorage.removeItem(key);
  list()?.querySelector(`#${CSS.escape(opened)}`)?.focus();
}
