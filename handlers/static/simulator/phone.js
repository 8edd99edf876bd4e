// One telephone: what its owner types, attaches and sends.

import { clock, icon, make } from "./tools.js";
import { isAtEnd, scrollToEnd, showChat } from "./chat.js";

const TALLEST_PX = 132;
const page = document.body;
const token = document.querySelector("meta[name=csrf-token]").content;

/** The telephone in `root`. `onSent` is called when something was stored, `onUse` when it is touched. */
export function makePhone(root, onSent, onUse) {
  const letter = root.dataset.phone;
  const phone = {
    root, letter, onSent,
    key: localStorage.getItem(`simulator.${letter}`) ?? letter,
    find: (name) => root.querySelector(`[data-${name}]`),
    input: root.querySelector("textarea"),
    say: (fields) => send(phone, fields),
  };
  startAfresh(phone);
  setLook(phone, localStorage.getItem(`simulator.look.${letter}`) ?? "whatsapp");
  root.addEventListener("focusin", () => onUse(phone));
  listenToInput(phone);
  listenToButtons(phone);
  listenToScreen(phone);
  return phone;
}

/** Nothing known, nothing on the way. `known` counts the answers that were on the screen already. */
function startAfresh(phone) {
  Object.assign(phone, { version: "", asked: 0, state: null, unsent: [], tray: {}, known: null });
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
  onClick("[data-look-button]", (button) => setLook(phone, button.dataset.lookButton));
  onClick("[data-photo], [data-lat]", (button) => attach(phone, button.dataset));
  onClick("[data-new-number]", () => takeNewNumber(phone));
  onClick("[data-latest]", () => scrollToEnd(phone));
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

function setLook(phone, look) {
  const follow = isAtEnd(phone);
  phone.root.dataset.look = look;
  if (follow) scrollToEnd(phone);
  localStorage.setItem(`simulator.look.${phone.letter}`, look);
  phone.root.querySelectorAll("[data-look-button]").forEach((button) =>
    button.setAttribute("aria-pressed", button.dataset.lookButton === look));
}

/** Somebody who never wrote before: the next number of this telephone. */
function takeNewNumber(phone) {
  phone.key = phone.letter + ((Number(phone.key.slice(1)) % 999) + 1);
  localStorage.setItem(`simulator.${phone.letter}`, phone.key);
  startAfresh(phone);
  showTray(phone);
  phone.onSent(phone);
  phone.input.focus();
}

/** The input grows with its text. */
function fit({ input }) {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, TALLEST_PX)}px`;
}

function attach(phone, data) {
  if ("photo" in data) phone.tray.photo = "contoh";
  else Object.assign(phone.tray, { lat: data.lat, lon: data.lon, label: data.label });
  phone.find("attach").open = false;
  showTray(phone);
  phone.input.focus();
}

function showTray(phone) {
  const { tray } = phone;
  const chips = [];
  if (tray.photo) chips.push(trayChip(phone, "photo", "Foto contoh", ["photo"]));
  if (tray.lat) chips.push(trayChip(phone, "pin", tray.label, ["lat", "lon", "label"]));
  phone.find("tray").replaceChildren(...chips);
  phone.find("tray").hidden = chips.length === 0;
}

function trayChip(phone, drawing, label, fields) {
  const button = make("button", "plain", { type: "button", "aria-label": `Lepas ${label}` }, icon("close"));
  button.addEventListener("click", () => {
    fields.forEach((field) => delete phone.tray[field]);
    showTray(phone);
  });
  return make("span", "", {}, icon(drawing), label, button);
}

function submit(phone) {
  const text = phone.input.value.trim();
  if (text || Object.keys(phone.tray).length) send(phone, { text, ...phone.tray });
  phone.tray = {};
  showTray(phone);
  suggest(phone, "");
}

/** Show the message at once, then hand it to the server. */
function send(phone, fields) {
  const message = drafted(fields);
  message.again = () => {
    phone.unsent = phone.unsent.filter((other) => other !== message);
    send(phone, fields);
  };
  phone.unsent.push(message);
  showChat(phone, true);
  deliver(phone, message, { citizen: phone.key, ...fields });
}

function drafted({ text, photo, lat, lon, label }) {
  return {
    id: `unsent-${Math.random()}`, mine: true, at: clock.now.toISOString(), state: "sending", text, choices: [],
    photos: photo ? 1 : 0, pin: lat ? { lat, lon, label } : null,
  };
}

async function deliver(phone, message, fields) {
  try {
    const id = await post(fields);
    const line = phone.find("messages").querySelector(`[data-id="${message.id}"]`);
    if (line) line.dataset.id = id; // the same bubble goes on as the stored message
    Object.assign(message, { id, state: "accepted" });
    phone.onSent(phone);
  } catch (error) {
    Object.assign(message, { state: "failed", problem: error.message });
    showChat(phone, true);
  }
}

async function post(fields) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const request = { method: "POST", headers, body: JSON.stringify(fields) };
  const response = await fetch(page.dataset.send, request).catch(() => {
    throw new Error("Server tidak menjawab.");
  });
  const answer = await response.json().catch(() => ({ error: "Muat ulang halaman ini dulu." }));
  if (!response.ok) throw new Error(answer.error);
  return answer.id;
}
