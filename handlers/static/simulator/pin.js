// A small coordinate picker: a plain map of the city's sample places, on which a pin is put.

import { openSheet } from "./sheet.js";
import { make } from "./tools.js";

const WIDTH = 320, HEIGHT = 190, SMALLEST_SPAN = 0.04, ROOM = 1.7, STEPS = 40;
const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const places = JSON.parse(document.body.dataset.places);
const view = viewOf(places);

/** Ask for a point; `onPicked` gets it as `{ lat, lon, label }`. */
export function pickPoint(phone, onPicked) {
  const fields = {
    lat: number("Lintang", 90), lon: number("Bujur", 180),
    label: make("input", "", { type: "text", maxlength: 60, placeholder: "Boleh kosong", autocomplete: "off" }),
  };
  const map = drawMap(fields);
  const form = make("form", "picker", {}, map, make("div", "chips", {}, places.map((place) => chip(place, fields, map))),
    make("div", "numbers", {}, field("Lintang", fields.lat), field("Bujur", fields.lon)),
    field("Nama tempat", fields.label), make("button", "wide", {}, "Lampirkan lokasi ini"));
  listen(form, fields, map);
  put(fields, map, view.latitude, view.longitude);
  const close = openSheet(phone, "Kirim lokasi", form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    onPicked({ lat: fields.lat.value, lon: fields.lon.value, label: fields.label.value.trim() });
  });
}

/** The part of the world that holds all places, with some room around them. */
function viewOf(all) {
  const [latitudes, longitudes] = [all.map(({ latitude }) => latitude), all.map(({ longitude }) => longitude)];
  const middle = (values) => (values.length ? (Math.min(...values) + Math.max(...values)) / 2 : 0);
  const extent = (values) => (values.length ? Math.max(...values) - Math.min(...values) : 0);
  const tall = Math.max(SMALLEST_SPAN, extent(latitudes) * ROOM, (extent(longitudes) * ROOM * HEIGHT) / WIDTH);
  return { latitude: middle(latitudes), longitude: middle(longitudes), tall, wide: (tall * WIDTH) / HEIGHT };
}

const x = (longitude) => WIDTH * (0.5 + (longitude - view.longitude) / view.wide);
const y = (latitude) => HEIGHT * (0.5 - (latitude - view.latitude) / view.tall);

function drawMap() {
  const map = svg("svg", {
    class: "city-map", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, tabindex: 0, role: "application", "data-first": "",
    "aria-label": "Peta. Klik, atau geser pin dengan tombol panah.",
  });
  const streets = [...Array(9).keys()].flatMap((n) => [
    svg("path", { d: `M${n * 40 - 20} 0l26 ${HEIGHT}`, class: n % 3 ? "" : "main" }),
    svg("path", { d: `M0 ${n * 28 - 12}l${WIDTH} 18`, class: n % 3 ? "" : "main" }),
  ]);
  const river = svg("path", { d: `M${WIDTH * 0.62} 0c-30 50 34 80 0 120s-20 50-34 70`, class: "river" });
  map.append(river, ...streets, ...places.map(spot), svg("use", { href: "#i-pin", class: "the-pin", width: 30, height: 30 }));
  return map;
}

function spot({ name, latitude, longitude }) {
  const right = x(longitude) > WIDTH * 0.6;
  const text = svg("text", { x: x(longitude) + (right ? -7 : 7), y: y(latitude) + 4, "text-anchor": right ? "end" : "start" });
  text.textContent = name.split(",")[0];
  const group = svg("g", {});
  group.append(svg("circle", { cx: x(longitude), cy: y(latitude), r: 3.5 }), text);
  return group;
}

function put(fields, map, latitude, longitude) {
  fields.lat.value = latitude.toFixed(5);
  fields.lon.value = longitude.toFixed(5);
  movePin(map, latitude, longitude);
}

function movePin(map, latitude, longitude) {
  const pin = map.querySelector(".the-pin");
  pin.setAttribute("x", x(longitude) - 15);
  pin.setAttribute("y", y(latitude) - 26);
}

function listen(form, fields, map) {
  const at = ({ clientX, clientY }) => {
    const box = map.getBoundingClientRect();
    put(fields, map, view.latitude + view.tall * (0.5 - (clientY - box.top) / box.height),
      view.longitude + view.wide * ((clientX - box.left) / box.width - 0.5));
  };
  map.addEventListener("pointerdown", (event) => { map.setPointerCapture(event.pointerId); at(event); });
  map.addEventListener("pointermove", (event) => { if (event.buttons) at(event); });
  map.addEventListener("keydown", (event) => {
    const [right, up] = ARROWS[event.key] ?? [];
    if (right === undefined) return;
    event.preventDefault();
    put(fields, map, Number(fields.lat.value) + (up * view.tall) / STEPS, Number(fields.lon.value) + (right * view.wide) / STEPS);
  });
  form.addEventListener("input", () => movePin(map, Number(fields.lat.value), Number(fields.lon.value)));
}

function chip({ name, latitude, longitude }, fields, map) {
  const button = make("button", "", { type: "button" }, name);
  button.addEventListener("click", () => {
    put(fields, map, latitude, longitude);
    fields.label.value = name;
  });
  return button;
}

function number(label, limit) {
  return make("input", "", { type: "number", step: "any", min: -limit, max: limit, required: "", inputmode: "decimal" });
}

function field(label, input) {
  return make("label", "", {}, make("span", "", {}, label), input);
}

function svg(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}
