// What can stand in a bubble beside words: a photo, a voice note, a pin.

import { icon, make } from "./tools.js";

// The loudness of voice.ogg, a synthetic voice of nine seconds.
const LOUDNESS = [10, 13, 4, 11, 11, 15, 2, 5, 14, 6, 14, 6, 14, 9, 15, 12, 9, 7, 8, 11, 11, 10, 14, 8, 2, 2, 16, 11, 12, 18, 8, 12, 13, 14, 14, 12, 14, 8, 4, 2];
const LENGTH_S = 9;
let playing = null;

export function mediaOf({ kind, url }) {
  if (kind === "voice") return voice(url);
  if (!url) return make("span", "photo gone", {}, icon("photo"), "Foto tidak disimpan lagi");
  return make("img", "photo", { src: url, alt: "Foto dari warga" });
}

export function pin({ lat, lon, label }) {
  const degrees = `${Number(lat).toFixed(5)}, ${Number(lon).toFixed(5)}`;
  const place = make("span", "", {}, label ? make("strong", "", {}, label) : null, degrees);
  return make("span", "pin", {}, make("span", "map", {}, icon("pin")), place);
}

function voice(url) {
  const button = make("button", "play", { type: "button", "aria-label": "Putar pesan suara", "aria-pressed": "false" },
    icon("play"), icon("pause"));
  const bars = LOUDNESS.map((height) => {
    const bar = make("i");
    bar.style.setProperty("--loud", height);
    return bar;
  });
  const time = make("span", "length", {}, clockOf(LENGTH_S));
  button.addEventListener("click", () => toggle(button, bars, time, url));
  return make("span", "voice", {}, button, make("span", "wave", { "aria-hidden": "true" }, bars), time);
}

/** One voice at a time, as on a telephone. */
function toggle(button, bars, time, url) {
  button.audio ??= recording(button, bars, time, url);
  if (!button.audio.paused) {
    button.audio.pause();
    return;
  }
  playing?.pause();
  playing = button.audio;
  playing.play().catch(() => { time.textContent = "tidak dapat diputar"; });
}

function recording(button, bars, time, url) {
  const audio = new Audio(url);
  const show = () => {
    const done = audio.ended ? 0 : audio.currentTime / LENGTH_S;
    bars.forEach((bar, n) => bar.classList.toggle("heard", n < done * bars.length));
    time.textContent = clockOf(audio.ended ? LENGTH_S : audio.currentTime);
    button.setAttribute("aria-pressed", !audio.paused && !audio.ended);
  };
  ["timeupdate", "play", "pause", "ended"].forEach((name) => audio.addEventListener(name, show));
  return audio;
}

function clockOf(seconds) {
  return `0:${String(Math.floor(seconds)).padStart(2, "0")}`;
}
