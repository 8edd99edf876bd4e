// What a telephone's screen shows: day lines, and bubbles with ticks or, in an SMS, with their segments.

import { showChoices } from "./choices.js";
import { mediaOf, pin } from "./media.js";
import { segments } from "./sms.js";
import { align, clock, clockTime, dayKey, dayLabel, icon, linked, make, setBadge } from "./tools.js";

const PATIENCE_MS = 10000, NEAR_END_PX = 80;
const TICKS = { sending: "Sedang dikirim", accepted: "Tersimpan", read: "Dibaca sistem", failed: "Gagal terkirim" };
const ON_THE_WAY = { waiting: "menunggu dikirim", sending: "menunggu dikirim", in_doubt: "belum pasti sampai" };

/** Show the telephone's messages; `toEnd` scrolls down even where somebody reads further up. */
export function showChat(phone, toEnd = false) {
  const stored = phone.state?.messages ?? [];
  const messages = [...remembered(phone, stored), ...stillUnsent(phone, stored)];
  const follow = toEnd || isAtEnd(phone);
  align(phone.find("messages"), withDays(messages), makeLine, updateLine);
  phone.find("empty").hidden = messages.length > 0 || !phone.state;
  showChoices(phone, messages.at(-1));
  showTyping(phone);
  countUnseen(phone, stored);
  if (follow) scrollToEnd(phone);
}

/** After midnight, or when the clock was moved, "today" is another day. */
export function refreshDays(phone) {
  const today = dayKey(clock.now);
  if (phone.state && phone.today !== today) showChat(phone);
  phone.today = today;
}

/** A line in the chat when nothing has come back for too long. */
export function showNotice(phone) {
  const late = isLate(phone), line = phone.find("notice");
  if (line.hidden === !late) return;
  const follow = isAtEnd(phone);
  showTyping(phone);
  line.hidden = !late;
  line.textContent = late ? "Belum ada jawaban; apakah worker berjalan?" : "";
  if (follow) scrollToEnd(phone);
}

export function isAtEnd({ find }) {
  const log = find("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
}

export function scrollToEnd({ find }) {
  find("log").scrollTop = find("log").scrollHeight;
  find("latest").hidden = true;
}

/** How many answers came while this telephone was not on the screen. */
export function countUnseen(phone, messages) {
  const answers = messages.filter((message) => !message.mine).length;
  if (phone.known !== null && answers > phone.known && !isAtEnd(phone)) phone.find("latest").hidden = false;
  if (phone.known === null || phone.root.offsetParent !== null) phone.known = answers;
  setBadge(phone.letter, answers - phone.known);
}

/** A telephone keeps what it has shown, even when all that we knew of its number was erased. */
function remembered(phone, stored) {
  const ids = new Set(stored.map((message) => message.id));
  const isErased = phone.shown.length > 0 && !phone.shown.some((message) => ids.has(message.id));
  const parting = phone.state?.parting ? [phone.state.parting] : [];
  if (isErased) phone.former = [...phone.former, ...phone.shown, ...parting, forgotten(phone)];
  phone.shown = stored;
  phone.last = Math.max(0, ...stored.map(({ id }) => Number(/^out-(\d+)$/.exec(id)?.[1] ?? 0)));
  return [...phone.former, ...stored];
}

function forgotten({ former }) {
  return { id: `forgotten-${former.length}`, day: "Data nomor ini dihapus; di telepon warga pesannya tetap ada", choices: [] };
}

function stillUnsent(phone, stored) {
  const ids = new Set(stored.map((message) => message.id));
  phone.unsent = phone.unsent.filter((message) => !ids.has(message.id));
  return phone.unsent;
}

function withDays(messages) {
  let last = "";
  return messages.flatMap((message) => {
    if (message.day) return [message];
    const day = dayLabel(new Date(message.at));
    const line = day === last ? [] : [{ id: `day-${day}`, day }];
    last = day;
    return [...line, message];
  });
}

function makeLine(item) {
  if (item.day) return make("li", "day", {}, make("span", "", {}, item.day));
  const bubble = make("div", "bubble", {}, make("span", "unseen", {}, item.mine ? "Warga: " : "Jawaban: "));
  bubble.append(...item.media.map(mediaOf));
  if (item.pin) bubble.append(pin(item.pin));
  if (item.text) bubble.append(make("p", "text", {}, linked(item.text)));
  bubble.append(meta(item));
  return make("li", `message ${item.mine ? "mine" : "theirs"}`, {}, bubble);
}

function meta(item) {
  const { count, alphabet } = segments(item.text);
  return make("span", "meta", {}, make("span", "status"), make("span", "sms", {}, `${count} SMS · ${alphabet}`),
    make("time"), item.mine ? icon("ticks", "ticks") : null);
}

/** Bubbles stay; only how far a message came changes, and when. */
function updateLine(line, item) {
  if (item.day || (line.dataset.state === item.state && line.dataset.at === item.at)) return;
  Object.assign(line.dataset, { state: item.state, at: item.at });
  line.querySelector("time").textContent = clockTime.format(new Date(item.at));
  line.querySelector(".meta").title = item.mine ? (TICKS[item.state] ?? item.state) : "";
  line.querySelector(".status").textContent = item.mine ? "" : (ON_THE_WAY[item.state] ?? "");
  line.querySelector(".again")?.remove();
  if (item.state === "failed") line.append(failure(item));
}

function failure(item) {
  if (!item.again) return make("p", "again", {}, "Gagal terkirim");
  const button = make("button", "again", { type: "button" }, `${item.problem} Kirim lagi`);
  button.addEventListener("click", item.again);
  return button;
}

function isLate({ state }) {
  return Boolean(state?.waiting_since) && clock.now - new Date(state.waiting_since) > PATIENCE_MS;
}

function showTyping(phone) {
  const typing = Boolean(phone.state?.typing) && !isLate(phone);
  phone.find("typing").hidden = !typing;
  phone.find("presence").textContent = typing ? "sedang mengetik…" : "online";
}
