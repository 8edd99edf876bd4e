// A ticket's page and a conversation: photos large, ready sentences into the reply, keys, copying, printing.
// All of it works without: photos are links, forms are forms.

// -- photos open large over the page ---------------------------------------------------------------------------------
const viewer = document.getElementById("viewer");
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-photo]");
  if (!link || !viewer || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const [shown, way] = [viewer.querySelector("img"), viewer.querySelector("a")];
  shown.src = way.href = link.href;
  shown.alt = link.querySelector("img")?.alt ?? "";
  viewer.showModal();
});
viewer?.addEventListener("click", ({ target }) => { if (target === viewer || target.localName === "img") viewer.close(); });

// -- a ready sentence goes to the end of what is typed, filled in by the server ---------------------------------------
document.addEventListener("change", async ({ target }) => {
  if (!target.matches?.("[data-sentences]") || !target.value) return;
  const form = target.form, note = form.elements.note;
  const answer = await fetch(form.querySelector("[data-preview]").dataset.preview, { method: "POST", body: new FormData(form) });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const filled = page.getElementById("filled");
  if (filled) note.value = filled.content.textContent;
  document.getElementById("preview")?.replaceWith(page.getElementById("preview"));
  target.value = "";
  note.focus();
});

// -- nothing is refreshed from under somebody who listens, looks at a photo, or selects text ---------------------------
const isListening = () => [...document.querySelectorAll("#lines :is(audio, video)")].some((player) => !player.paused && !player.ended);
const isSelecting = () => { const chosen = getSelection(); return !chosen.isCollapsed && document.getElementById("lines")?.contains(chosen.anchorNode); };
let missed = false;
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "live" || !(isListening() || viewer?.open || isSelecting())) return;
  event.preventDefault();
  missed = true;
});
const catchUp = () => { if (missed && !isListening()) { missed = false; window.htmx?.trigger(document.body, "stale"); } };
for (const kind of ["pause", "ended"]) document.addEventListener(kind, catchUp, true);
viewer?.addEventListener("close", catchUp);

// -- what was typed and not sent is there again after another form of the page was ---------------------------------------
const keyOf = (field) => `typed:${location.pathname}:${field.form.action.split("#")[0].split("/").pop()}`;
const isKept = (field) => field.matches?.("#reply-note, #catatan textarea, .actions textarea");
for (const field of document.querySelectorAll("textarea")) {
  if (isKept(field) && !field.value) field.value = sessionStorage.getItem(keyOf(field)) ?? "";
}
document.addEventListener("input", ({ target }) => {
  if (!isKept(target)) return;
  if (target.value) sessionStorage.setItem(keyOf(target), target.value);
  else sessionStorage.removeItem(keyOf(target));
});
document.addEventListener("submit", ({ target }) => {
  for (const field of target.querySelectorAll("textarea")) if (isKept(field)) sessionStorage.removeItem(keyOf(field));
});

// -- that somebody types a reply is told to whoever has the same ticket open; that a colleague does stands by the box -----
const HERE = document.getElementById("here"), LASTS_MS = 10000;
let typedAt = 0, toldAt = 0;
document.addEventListener("input", ({ target }) => {
  if (target.id !== "reply-note" || !HERE) return;
  typedAt = Date.now();
  if (typedAt - toldAt > LASTS_MS) { toldAt = typedAt; window.htmx?.trigger(HERE, "writing"); }
});
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt === HERE && Date.now() - typedAt < LASTS_MS) { detail.parameters.writing = "yes"; toldAt = Date.now(); }
});
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  const beside = document.getElementById("writes-too");
  if (!beside || detail.requestConfig?.elt !== HERE) return;
  const said = document.querySelector("#who [data-writing]")?.textContent.trim() ?? "";
  beside.textContent = said;
  beside.hidden = !said;
});

// -- keys ---------------------------------------------------------------------------------------------------------------
const isTyping = (target) => target.matches("input, select, textarea, [contenteditable]") || target.closest("dialog[open]");
const reply = () => document.getElementById("reply-note") ?? document.querySelector("#pegang [data-key=r]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const there = event.key === "r" ? reply() : document.querySelector(`.ticket [data-key="${CSS.escape(event.key)}"]`);
  if (!there) return;
  event.preventDefault();
  if (there.localName === "a") there.click();
  else if (there.localName === "details") {
    there.open = true;
    there.querySelector("select, input:not([type=hidden]), textarea, button")?.focus();
  } else there.focus();
  there.scrollIntoView({ block: "nearest" });
});

// -- coordinates to take along, paper --------------------------------------------------------------------------------------
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  const plain = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = plain; }, 1500);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
