// One telephone: what its owner types, attaches and sends.

import { isEmpty, listenToAttachments, showTray } from "./attach.js";
import { isAtEnd, scrollToEnd } from "./chat.js";
import { send } from "./sending.js";
import { segments } from "./sms.js";

const TALLEST_PX = 132;

/** The telephone in `root`. `onChange` is called when there is something to ask for, `onUse` when it is touched. */
export function makePhone(root, onChange, onUse) {
  const letter = root.dataset.phone;
  const phone = {
    root, letter, onChange,
    key: localStorage.getItem(`simulator.${letter}`) ?? letter,
    find: (name) => root.querySelector(`[data-${name}]`),
    input: root.querySelector("textarea"),
    say: (fields) => send(phone, fields),
  };
  setLook(phone, localStorage.getItem(`simulator.look.${letter}`) ?? "whatsapp");
  root.addEventListener("focusin", () => onUse(phone));
  listenToInput(phone);
  listenToButtons(phone);
  listenToAttachments(phone);
  listenToScreen(phone);
  return phone;
}

/** Nothing known, nothing on the way. `known` counts the answers that were on the screen already, `shown` holds the
    messages that are, `last` is the number of the last of ours, `former` are those of a number that was erased. */
function startAfresh(phone) {
  Object.assign(phone, { version: "", asked: (phone.asked ?? 0) + 1, state: null, unsent: [], tray: {}, known: null, shown: [], last: 0, former: [] });
}

/** Somebody who never wrote before: the next number of this telephone. */
export function takeNewNumber(phone) {
  phone.key = phone.letter + ((Number(phone.key.slice(1)) % 999) + 1);
  localStorage.setItem(`simulator.${phone.letter}`, phone.key);
  startAfresh(phone);
  showTray(phone);
  phone.onChange(phone);
}

function listenToInput(phone) {
  phone.find("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(phone);
  });
  phone.input.addEventListener("input", () => fit(phone));
  phone.input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit(phone);
  });
}

function listenToButtons(phone) {
  const onClick = (selector, act) => phone.root.querySelectorAll(selector).forEach((button) =>
    button.addEventListener("click", () => act(button)));
  onClick("[data-suggest]", (chip) => suggest(phone, chip.textContent));
  onClick("[data-look-button]", (button) => {
    setLook(phone, button.dataset.lookButton);
    phone.onChange(phone);
  });
  onClick("[data-latest]", () => scrollToEnd(phone));
  onClick("[data-new-number]", () => {
    takeNewNumber(phone);
    phone.input.focus();
  });
}

/** Who reads the last message goes on seeing it when the keyboard opens or the input grows. */
function listenToScreen(phone) {
  let following = true;
  phone.find("log").addEventListener("scroll", () => {
    following = isAtEnd(phone);
    if (following) phone.find("latest").hidden = true;
  });
  new ResizeObserver(() => following && scrollToEnd(phone)).observe(phone.find("log"));
}

function suggest(phone, text) {
  phone.input.value = text;
  fit(phone);
  phone.input.focus();
}

/** WhatsApp and SMS are two conversations, each in its channel's words and at its prices. */
function setLook(phone, look) {
  phone.root.dataset.look = phone.look = look;
  startAfresh(phone);
  localStorage.setItem(`simulator.look.${phone.letter}`, look);
  phone.root.querySelectorAll("[data-look-button]").forEach((button) =>
    button.setAttribute("aria-pressed", button.dataset.lookButton === look));
  fit(phone);
  showTray(phone);
}

/** The input grows with its text, and an SMS is counted while it is written. */
function fit(phone) {
  const { input } = phone;
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, TALLEST_PX)}px`;
  const { count, length, room, alphabet } = segments(input.value.trim());
  phone.find("count").textContent = length ? `${length}/${room} · ${count} SMS · ${alphabet}` : "";
  phone.root.dataset.empty = isEmpty(phone) ? "yes" : "no";
}

function submit(phone) {
  if (isEmpty(phone)) return;
  send(phone, { text: phone.input.value.trim(), ...phone.tray });
  phone.tray = {};
  suggest(phone, "");
  showTray(phone);
}
