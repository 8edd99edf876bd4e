// Elements, lists and times. What people wrote becomes text here, never HTML.

const zone = document.body.dataset.zone;
const format = (locale, options) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
const minutes = { hour: "2-digit", minute: "2-digit" };
const dayOf = format("en-CA", { dateStyle: "short" });
const longDay = format("id-ID", { weekday: "long", day: "numeric", month: "long" });
export const shortMoment = format("id-ID", { weekday: "short", day: "numeric", month: "short", ...minutes });
const distance = new Intl.RelativeTimeFormat("id");
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** The system's time as the server said it last, how far it was moved, and when the next follow-up is due. */
export const clock = { now: new Date(), ahead: 0, next: null };
export const clockTime = format("id-ID", minutes);
export const clockShort = format("id-ID", { weekday: "short", ...minutes });
export const clockSeconds = format("id-ID", { weekday: "long", day: "numeric", month: "short", ...minutes, second: "2-digit" });

/** An element with a class, more attributes and children; strings become text. */
export function make(tag, className = "", attributes = {}, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** One of the drawings at the top of the page. */
export function icon(name, className = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Bring the children of `list` in line with `items`: kept by id, made when new, removed when gone. */
export function align(list, items, makeItem, update) {
  const old = new Map([...list.children].map((node) => [node.dataset.id, node]));
  let place = list.firstElementChild;
  for (const item of items) {
    const node = old.get(item.id) ?? makeItem(item);
    node.dataset.id = item.id;
    old.delete(item.id);
    update?.(node, item);
    if (node === place) place = place.nextElementSibling;
    else list.insertBefore(node, place);
  }
  old.forEach((node) => node.remove());
}

/** Text in which web addresses can be followed and ticket numbers are not broken at the end of a line. */
export function linked(text) {
  const parts = text.split(/(https?:\/\/[^\s<>"]*[\w/]|\b[A-Z]{2,4}-[0-9A-Z]{6}-[0-9A-Z]\b)/);
  return parts.map((part, n) => {
    if (n % 2 === 0) return part;
    return part.startsWith("http") ? link(part, part) : make("span", "whole", {}, part);
  });
}

export function link(address, ...children) {
  return make("a", "", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** How far off a time is: "dalam 3 menit". */
export function relative(at) {
  const seconds = Math.round((new Date(at) - clock.now) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return seconds === 0 ? "sekarang" : distance.format(Math.round(seconds / size), unit);
}

/** How long something is: "2 hari 3 jam". */
export function duration(seconds) {
  const [days, hours, rest] = [Math.floor(seconds / 86400), Math.floor((seconds % 86400) / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = [[days, "hari"], [hours, "jam"], [days ? 0 : rest, "menit"]].filter(([count]) => count);
  return parts.map(([count, unit]) => `${count} ${unit}`).join(" ") || `${seconds} detik`;
}

/** A time and how far off it is, kept up to date by `refreshTimes`. */
export function moment(at) {
  const time = make("time", "", { datetime: at }, shortMoment.format(new Date(at)));
  return make("span", "moment", {}, time, " ", make("span", "ago", { "data-relative": at }, relative(at)));
}

export function refreshTimes() {
  document.querySelectorAll("[data-relative]").forEach((node) => {
    node.textContent = relative(node.dataset.relative);
  });
}

/** The city's day that a time falls on. */
export function dayKey(at) {
  return dayOf.format(at);
}

/** "Hari ini", "Kemarin" or the date. */
export function dayLabel(at) {
  const key = dayKey(at);
  if (key === dayKey(clock.now)) return "Hari ini";
  return key === dayKey(new Date(clock.now - 86400000)) ? "Kemarin" : longDay.format(at);
}

export function setBadge(name, count) {
  document.querySelectorAll(`[data-unseen=${name}]`).forEach((badge) => {
    badge.textContent = count;
    badge.hidden = count < 1;
  });
}
