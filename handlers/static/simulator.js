// The simulator's page: two telephones that send to this server and poll it, and the panel beside them.

import { countUnseen, refreshDays, showChat, showNotice } from "./simulator/chat.js";
import { showHappened, showMails } from "./simulator/panel.js";
import { makePhone, takeNewNumber } from "./simulator/phone.js";
import { listenToTime, showTime, takeTime } from "./simulator/time.js";
import { refreshTimes } from "./simulator/tools.js";

const POLL_MS = 1000, HIDDEN_POLL_MS = 5000;
const page = document.body;
const happened = document.querySelector("[data-happened]");
const mailbox = document.querySelector(".mailbox");
const phones = [...document.querySelectorAll("[data-phone]")].map((root) =>
  makePhone(root, poll, (phone) => choose({ citizen: phone.letter })));

/** Ask for what changed since the last answer. An answer that a later question overtook is dropped. */
async function poll(phone) {
  const turn = ++phone.asked;
  const query = new URLSearchParams({ citizen: phone.key, look: phone.look, after: phone.version, last: phone.last });
  const answer = await fetch(`${page.dataset.state}?${query}`)
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null);
  if (turn !== phone.asked) return;
  document.querySelector("[data-offline]").hidden = answer !== null;
  if (answer) take(phone, answer);
}

function take(phone, answer) {
  takeTime(answer);
  phone.version = answer.version;
  phone.find("number").textContent = answer.number;
  if (!answer.messages) return;
  const first = phone.state === null;
  phone.state = answer;
  showChat(phone, first);
  showMails(mailbox, answer.mails);
  if (phone.letter === page.dataset.citizen) showHappened(happened, phone);
}

/** Look at another citizen, panel or side; the style sheet decides what that means at each size. */
function choose(wanted) {
  const before = page.dataset.citizen;
  Object.assign(page.dataset, wanted);
  markChosen();
  const phone = phones.find(({ letter }) => letter === page.dataset.citizen);
  if (phone.state && before !== page.dataset.citizen) showHappened(happened, phone);
  phones.filter(({ state }) => state).forEach((other) => countUnseen(other, other.state.messages));
  if (phone.state) showMails(mailbox, phone.state.mails);
}

/** A button is pressed when all that it sets is so. */
function markChosen() {
  document.querySelectorAll("[data-set-citizen], [data-set-panel]").forEach((button) =>
    button.setAttribute("aria-pressed", Object.entries(wishes(button)).every(([name, value]) => page.dataset[name] === value)));
}

function wishes({ dataset }) {
  const all = { citizen: dataset.setCitizen, panel: dataset.setPanel, side: dataset.setSide };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}

function tick() {
  showTime();
  refreshTimes();
  phones.forEach(showNotice);
  phones.forEach(refreshDays);
}

async function run() {
  for (;;) {
    await Promise.all(phones.map(poll));
    tick();
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? HIDDEN_POLL_MS : POLL_MS));
  }
}

document.querySelectorAll("[data-set-citizen], [data-set-panel]").forEach((button) =>
  button.addEventListener("click", () => choose(wishes(button))));
document.addEventListener("click", ({ target }) => document.querySelectorAll("[data-attach][open]").forEach((menu) => {
  if (!menu.contains(target)) menu.open = false;
}));
document.addEventListener("visibilitychange", () => { if (!document.hidden) phones.forEach(poll); });
listenToTime(() => phones.forEach(poll), () => phones.forEach(takeNewNumber));
choose({});
run();
