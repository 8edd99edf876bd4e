// What a telephone's owner puts beside the words: a photo of theirs, a sample of one, a pin; and the voice note.

import { pickPoint } from "./pin.js";
import { icon, make } from "./tools.js";

const LARGEST = Number(document.body.dataset.largestPhoto);

export function listenToAttachments(phone) {
  const menu = phone.find("attach");
  const on = (name, act) => phone.find(name).addEventListener("click", () => { menu.open = false; act(); });
  on("photo", () => put(phone, { photo: "contoh" }));
  on("pin", () => pickPoint(phone, (point) => put(phone, point)));
  phone.find("voice").addEventListener("click", () => phone.say({ voice: "contoh" }));
  phone.find("file").addEventListener("change", ({ target }) => {
    menu.open = false;
    if (target.files[0]) putFile(phone, target.files[0]);
    target.value = "";
  });
}

function put(phone, things) {
  Object.assign(phone.tray, things);
  showTray(phone);
  phone.input.focus();
}

function putFile(phone, file) {
  if (file.size > LARGEST) {
    showTray(phone, "Foto paling besar 2 MB; kecilkan dulu.");
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => put(phone, { file, preview: reader.result }));
  reader.readAsDataURL(file);
}

export function showTray(phone, problem = "") {
  const { tray } = phone;
  const chips = [];
  if (tray.file) chips.push(chip(phone, make("img", "", { src: tray.preview, alt: "" }), tray.file.name, ["file", "preview"]));
  if (tray.photo) chips.push(chip(phone, icon("photo"), "Foto contoh", ["photo"]));
  if (tray.lat) chips.push(chip(phone, icon("pin"), tray.label || "Lokasi", ["lat", "lon", "label"]));
  if (problem) chips.push(make("span", "problem", { role: "alert" }, problem));
  phone.find("tray").replaceChildren(...chips);
  phone.find("tray").hidden = chips.length === 0;
  phone.root.dataset.empty = isEmpty(phone) ? "yes" : "no";
}

/** Nothing to send: where WhatsApp shows its microphone. */
export function isEmpty({ input, tray }) {
  return !input.value.trim() && Object.keys(tray).length === 0;
}

function chip(phone, picture, label, fields) {
  const button = make("button", "plain", { type: "button", "aria-label": `Lepas ${label}` }, icon("close"));
  button.addEventListener("click", () => {
    fields.forEach((field) => delete phone.tray[field]);
    showTray(phone);
    phone.input.focus();
  });
  return make("span", "", {}, picture, make("span", "name", {}, label), button);
}
