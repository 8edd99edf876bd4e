// What the console's pages do in a browser beyond forms and links. Every page works without it.

// -- the menu is always open beside the page; on a telephone it opens and closes ------------------------------------
const wide = window.matchMedia("(min-width: 62rem)");
const menu = document.querySelector(".side .menu");
const arrange = () => { if (menu) menu.open = wide.matches; };
wide.addEventListener("change", arrange);
arrange();

// A sheet of the bar closes with Escape and with a click beside it.
document.addEventListener("click", ({ target }) => {
  for (const sheet of document.querySelectorAll(".me[open]")) if (!sheet.contains(target)) sheet.open = false;
});
document.addEventListener("keydown", ({ key }) => {
  const sheet = key === "Escape" && document.querySelector(".me[open]");
  if (sheet) { sheet.open = false; sheet.querySelector("summary").focus(); }
});

// -- the way back to the list, with all its filters, also after a form of the page was sent -------------------------
const back = document.querySelector("a[data-back]");
if (back) {
  const given = new URLSearchParams(location.search).has("back");
  if (given) sessionStorage.setItem("back", back.getAttribute("href"));
  else if (sessionStorage.getItem("back")?.startsWith("/console/")) back.href = sessionStorage.getItem("back");
}

// -- asking whether anything changed --------------------------------------------------------------------------------
const EVERY_MS = 2000, HIDDEN_EVERY_MS = 15000;
const pulse = document.getElementById("pulse");
const ended = document.getElementById("session-ended");
const lost = document.getElementById("no-connection");
let timer = 0, over = false, asking = false;

const again = () => {
  clearTimeout(timer);
  if (!over) timer = setTimeout(ask, document.hidden ? HIDDEN_EVERY_MS : EVERY_MS);
};
const ask = () => {
  if (!over && !asking) { asking = true; htmx.trigger(pulse, "beat"); }
  again();
};
const stop = () => { over = true; clearTimeout(timer); ended.hidden = false; lost.hidden = true; };
// Where nobody is logged in any more the answer is the log-in page, or a refusal.
const isOver = (xhr) => xhr.status === 401 || xhr.status === 403 || new URL(xhr.responseURL, location).pathname === "/login";

if (pulse && window.htmx) {
  again();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (isOver(event.detail.xhr)) { event.detail.shouldSwap = false; stop(); }
  });
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== pulse) return;
    asking = false;
    if (detail.xhr.status && isOver(detail.xhr)) stop();
    else if (!over) lost.hidden = detail.successful;
  });
}

// -- a list that changed is fetched anew, but never from under somebody's hands ---------------------------------------
// A field marked data-typed that holds something keeps its list as it is until it was sent or emptied.
const isBusy = (list) => [...list.querySelectorAll("[data-typed]")].some((field) => field.value)
  || list.contains(document.activeElement) && document.activeElement.matches("select, textarea, input:not([type=checkbox])");
const stale = new Set();

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.detail.elt;
  if (!list.matches?.("[data-live]") || !isBusy(list)) return;
  event.preventDefault();
  stale.add(list.id);
  const said = list.querySelector("[data-stale]");
  if (said) said.hidden = false;
});
for (const kind of ["change", "focusout"]) {
  document.body.addEventListener(kind, () => setTimeout(() => {
    for (const id of stale) {
      const list = document.getElementById(id);
      if (!list || isBusy(list)) continue;
      stale.delete(id);
      htmx.trigger(document.body, "changed");
    }
  }));
}

// -- emergencies: the title, the icon, and a sound when there is a new one ----------------------------------------
const knob = document.getElementById("sound");
const WANTED = "sound", HEARD = "heard";
const plain = document.title.replace(/^\([^)]*\)\s+/, "");
const icon = document.querySelector("link[rel=icon]");
const sound = pulse && new Audio(pulse.dataset.sound);
const isWanted = () => localStorage.getItem(WANTED) === "on";

const show = () => {
  knob.setAttribute("aria-pressed", String(isWanted()));
  knob.classList.remove("blocked");
};
const play = async () => {
  try {
    sound.currentTime = 0;
    await sound.play();
    document.body.dataset.sounded = String(Number(document.body.dataset.sounded ?? 0) + 1);
  } catch {  // browsers let no page make a noise before somebody clicked in it
    knob.classList.add("blocked");
    knob.title = knob.dataset.blocked;
  }
};
const mark = (untaken, newest) => {
  document.title = untaken ? `${pulse.dataset.title.replace("#", untaken)} ${plain}` : plain;
  const beside = document.getElementById("untaken");  // on a telephone the menu is closed, and a tab shows no title
  if (beside) { beside.hidden = !untaken; beside.textContent = untaken ? pulse.dataset.title.replace("#", untaken).replace(/[()]/g, "") : ""; }
  if (icon) icon.href = untaken ? pulse.dataset.iconUrgent : pulse.dataset.icon;
  // Of several open tabs the first that hears of it makes the noise.
  const isNew = newest > Number(localStorage.getItem(HEARD) ?? 0);
  if (isNew) localStorage.setItem(HEARD, String(newest));
  if (isNew && untaken && isWanted()) play();
};

if (pulse && knob) {
  knob.hidden = false;
  show();
  knob.addEventListener("click", () => {
    const isBlocked = knob.classList.contains("blocked");
    localStorage.setItem(WANTED, isWanted() && !isBlocked ? "off" : "on");
    show();
    if (isWanted()) play();
  });
  mark(Number(pulse.dataset.untaken), Number(pulse.dataset.newest));
  document.body.addEventListener("emergency", ({ detail }) => mark(detail.untaken, detail.newest));
}
