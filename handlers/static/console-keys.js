// Keys for lists: / searches, j and k move, o opens, x selects, ? shows all of them. Never while somebody types.

const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable], audio, video";
// A page with keys of its own has a sheet of its own.
const sheet = document.getElementById("keys") ?? document.getElementById("shortcuts");

const rows = () => [...document.querySelectorAll("[data-row]")];
const here = () => rows().findIndex((row) => row.contains(document.activeElement));
const go = (step) => {
  const all = rows(), now = here();
  const next = all[now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1)];
  const link = next?.querySelector("[data-open]");
  if (!link) return;
  link.focus();
  next.scrollIntoView({ block: "nearest" });
};

const KEYS = {
  "/": () => (document.querySelector("[data-search]") ?? document.getElementById("cari"))?.focus(),
  j: () => go(1),
  k: () => go(-1),
  o: () => rows()[here()]?.querySelector("[data-open]")?.click(),
  x: () => rows()[here()]?.querySelector("[data-pick]")?.click(),
  "?": () => sheet?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches?.(FIELDS) || document.querySelector("dialog[open]")) return;
  // A page with keys of its own says which of these it does not want: <main data-own-keys="j k x">.
  const own = document.querySelector("[data-own-keys]")?.dataset.ownKeys.split(" ") ?? [];
  const isOfRows = "jkox".includes(event.key);
  if (!(event.key in KEYS) || own.includes(event.key) || (isOfRows && !rows().length)) return;
  event.preventDefault();
  KEYS[event.key]();
});

const button = document.querySelector("[data-keys-sheet]");
if (button && sheet) {
  button.hidden = false;
  button.addEventListener("click", () => sheet.showModal());
}
