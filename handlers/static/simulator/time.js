// The clock that can be moved: from one due time to the next, while the workers do what falls due on the way.

import { post } from "./net.js";
import { clock, clockSeconds, clockShort, duration, shortMoment } from "./tools.js";

const STEP_MS = 600, ASK_AGAIN_MS = 250, PATIENCE_MS = 20000;
const page = document.body;
const bar = document.querySelector("[data-time]");
const find = (name) => bar.querySelector(`[data-${name}]`);
let going = false;

/** `onMoved` is called after each step, `onBack` when the time is the system's again. */
export function listenToTime(onMoved, onBack) {
  bar.querySelectorAll("[data-ahead-by]").forEach((button) => button.addEventListener("click", () =>
    go(new Date(clock.now.getTime() + Number(button.dataset.aheadBy) * 1000), onMoved)));
  find("next").addEventListener("click", () => clock.next && go(clock.next, onMoved));
  find("stop").addEventListener("click", () => { going = false; });
  find("back").addEventListener("click", () => goBack(onBack));
  find("toggle").addEventListener("click", () => open(find("toggle").getAttribute("aria-expanded") !== "true"));
  bar.addEventListener("keydown", ({ key }) => { if (key === "Escape") open(false); });
  document.addEventListener("pointerdown", ({ target }) => { if (!bar.contains(target)) open(false); });
}

/** The server's time; an answer that was on its way while the clock moved is older than what is known. */
export function takeTime({ now, ahead_s: ahead, next_follow_up: next }, moved = false) {
  if (!moved && going && new Date(now) < clock.now) return;
  Object.assign(clock, { now: new Date(now), ahead, next: next && new Date(next) });
  showTime();
}

export function showTime() {
  const { ahead, next } = clock;
  find("clock").textContent = clockSeconds.format(clock.now);
  find("short-clock").textContent = clockShort.format(clock.now);
  bar.dataset.moved = ahead ? "yes" : "no";
  find("ahead").textContent = ahead ? `${ahead < 0 ? "−" : "+"}${duration(Math.abs(ahead))}` : "";
  find("next-at").textContent = next ? shortMoment.format(next) : "belum ada";
  find("next").disabled = going || !next;
  find("back").hidden = going || !ahead;
  find("stop").hidden = !going;
  bar.querySelectorAll("[data-ahead-by]").forEach((button) => { button.disabled = going; });
}

async function go(until, onMoved) {
  going = true;
  showTime();  // at once: nobody starts it twice, and a test knows that it goes
  say(`Menuju ${shortMoment.format(until)} …`);
  try {
    await goStepwise(until, onMoved);
    say("");
  } catch (error) {
    say(error.message);
  }
  going = false;
  showTime();
}

async function goStepwise(until, onMoved) {
  let movedAt = Date.now();
  while (going) {
    const answer = await post(page.dataset.moveTime, { until: until.toISOString() });
    takeTime(answer, true);
    onMoved();
    if (answer.arrived) return;
    if (!answer.waiting) movedAt = Date.now();
    if (Date.now() - movedAt > PATIENCE_MS) throw new Error("Yang jatuh tempo belum selesai; apakah worker berjalan?");
    await new Promise((resolve) => setTimeout(resolve, answer.waiting ? ASK_AGAIN_MS : STEP_MS));
  }
}

async function goBack(onBack) {
  try {
    takeTime(await post(page.dataset.moveTime, { back: true }), true);
    onBack();
    say("Kembali ke waktu sekarang, dengan nomor baru di kedua telepon.");
  } catch (error) {
    say(error.message);
  }
}

function say(text) {
  find("time-note").textContent = text;
  find("time-note").hidden = !text;
}

function open(wanted) {
  find("toggle").setAttribute("aria-expanded", wanted);
}
