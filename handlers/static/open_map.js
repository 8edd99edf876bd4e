// The map of open tickets. The server draws together what lies close; here the marks are put on the ground, and the
// same is written into a list beside it, which is what a keyboard or a screen reader uses.
const element = document.querySelector("[data-open-map]");
const sheet = document.querySelector("[data-map-sheet]");
const status = document.querySelector("[data-view-status]"), list = document.querySelector("[data-view-list]");
const title = document.querySelector("#judul-layar");
const words = JSON.parse(element.dataset.words), names = JSON.parse(element.dataset.names);
const { points, tiles, attribution } = element.dataset;
const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
const DEEPEST = 18, PATIENCE_MS = 150, QUIET_MS = 10_000;
const STEPS = [10, 5, 2, 1, .5, .2, .1, .05, .02, .01, .005, .002, .001, .0005];

const say = (text, value) => text.replace("#", value.toLocaleString(document.documentElement.lang));
const make = (tag, more = {}, ...inside) => { const made = Object.assign(document.createElement(tag), more); made.append(...inside); return made; };

// -- marks: a circle, a diamond for what is overdue, a number with a ring for several ---------------------------------
const one = ({ overdue, urgent }) => `<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${
  overdue ? '<path class="one late" d="M12 1 23 12 12 23 1 12Z"/>' : '<circle class="one" cx="12" cy="12" r="9"/>'}${urgent ? '<text x="12" y="16.5">!</text>' : ""}</svg>`;
const sizeOf = (count) => (count < 10 ? 36 : count < 100 ? 42 : count < 1000 ? 48 : 56);
const several = ({ count, overdue }, size) => {
  const share = Math.round(100 * overdue / count), middle = size / 2, ring = middle - 3;
  const late = overdue ? `<circle class="share" cx="${middle}" cy="${middle}" r="${ring}" pathLength="100" stroke-dasharray="${Math.max(share, 4)} 100" transform="rotate(-90 ${middle} ${middle})"/>` : "";
  return `<svg viewBox="0 0 ${size} ${size}" width="${size}" height="${size}" aria-hidden="true"><circle class="many" cx="${middle}" cy="${middle}" r="${ring}"/>${late}<text x="${middle}" y="${middle + 4.5}">${Number(count)}</text></svg>`;
};
const mark = (at, html, size) => L.marker(at, { keyboard: false, icon: L.divIcon({ className: "open-mark", html, iconSize: [size, size] }) });

// -- the ground ------------------------------------------------------------------------------------------------------
const map = L.map(element, {
  maxZoom: DEEPEST, minZoom: 4, scrollWheelZoom: true, zoomControl: false, zoomAnimation: !reduced, fadeAnimation: !reduced, markerZoomAnimation: !reduced,
  worldCopyJump: true, tapHold: false, zoomSnap: .5,
});
map.attributionControl.setPrefix(false);
const marks = L.layerGroup().addTo(map), grid = L.layerGroup(), labels = L.layerGroup();
map.createPane("names").style.zIndex = 350;
const degrees = (value, digits, positive, negative) => `${Math.abs(value).toFixed(digits).replace(".", words.point)}° ${value < 0 ? negative : positive}`;

const drawGrid = () => {
  grid.clearLayers();
  const view = map.getBounds(), perDegree = map.getSize().x / (view.getEast() - view.getWest());
  const step = STEPS.findLast((one) => one * perDegree >= 110) ?? STEPS[0], digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const line = (from, to) => L.polyline([from, to], { color: "#cfd9d5", weight: 1, interactive: false }).addTo(grid);
  const write = (at, text, side) => L.marker(at, { interactive: false, keyboard: false, pane: "names", icon: L.divIcon({ className: `degrees ${side}`, html: `<span>${text}</span>`, iconSize: [0, 0] }) }).addTo(grid);
  for (let y = Math.ceil(view.getSouth() / step) * step; y < view.getNorth(); y += step) {
    line([y, view.getWest()], [y, view.getEast()]);
    write([y, view.getEast()], degrees(y, digits, words.north, words.south), "at-side");
  }
  for (let x = Math.ceil(view.getWest() / step) * step; x < view.getEast(); x += step) {
    line([view.getSouth(), x], [view.getNorth(), x]);
    write([view.getSouth(), x], degrees(x, digits, words.east, words.west), "at-foot");
  }
};

// Names where there is room: beside the marks and not over each other, those with the most tickets first.
const overlaps = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const drawNames = () => {
  labels.clearLayers();
  const taken = [], size = map.getSize();
  marks.eachLayer((layer) => {
    const at = map.latLngToContainerPoint(layer.getLatLng()), half = layer.options.icon.options.iconSize[0] / 2;
    taken.push({ left: at.x - half, right: at.x + half, top: at.y - half, bottom: at.y + half });
  });
  for (const [name, latitude, longitude] of names) {
    const at = map.latLngToContainerPoint([latitude, longitude]);
    if (at.x < 0 || at.y < 0 || at.x > size.x || at.y > size.y) continue;
    const wide = name.length * 3.3 + 4;
    for (const down of [0, 26, -26, 34, -34]) {
      const room = { left: at.x - wide, right: at.x + wide, top: at.y + down - 8, bottom: at.y + down + 8 };
      if (room.left < 0 || room.right > size.x || taken.some((other) => overlaps(room, other))) continue;
      taken.push(room);
      const where = map.containerPointToLatLng([at.x, at.y + down]);
      L.marker(where, { interactive: false, keyboard: false, pane: "names", icon: L.divIcon({ className: "area-name", html: make("span", { textContent: name }), iconSize: [0, 0] }) }).addTo(labels);
      break;
    }
  }
};

// -- what is told of a ticket and of several ---------------------------------------------------------------------------
const facts = (ticket) => [ticket.urgent && words.is_urgent, ticket.age, ticket.deadline].filter(Boolean).join(" · ");
const wayBack = () => encodeURIComponent(location.pathname + location.search + location.hash);
const entry = (ticket) => make("li", { className: ticket.overdue ? "is-late" : "" },
  make("a", { className: "number", href: `${ticket.address}?back=${wayBack()}`, textContent: ticket.number }),
  make("span", { className: "what-about", textContent: `${ticket.service}${ticket.area ? `, ${ticket.area}` : ""}` }),
  make("span", { className: ticket.overdue ? "late small" : "soft small", textContent: facts(ticket) }));
const numbers = (group) => [say(words.many, group.count), group.overdue && say(words.late, group.overdue), group.urgent && say(words.urgent, group.urgent)].filter(Boolean).join(", ");
const nameOf = (group) => (group.area ? words.near.replace("#", group.area) : words.scattered);
const groupEntry = (group) => make("li", { className: group.overdue ? "is-late" : "" },
  make("button", { type: "button", className: "bare go", onclick: () => open(group) }, make("b", { textContent: nameOf(group) })),
  make("span", { className: "soft small", textContent: numbers(group) }));

const popup = (at, content) => L.popup({ maxWidth: 280, maxHeight: 280, autoPanPadding: [20, 20] }).setLatLng(at).setContent(content).openOn(map);
const show = (ticket) => popup(ticket.at, make("ul", { className: "in-popup" }, entry(ticket)));

// Nearer, until its tickets stand apart; where they never do, a list of them.
const open = async (group) => {
  const [south, west, north, east] = group.bounds, bounds = L.latLngBounds([south, west], [north, east]);
  const zoom = Math.min(map.getBoundsZoom(bounds.pad(.1)), DEEPEST);
  if (zoom > map.getZoom() && north - south + east - west > 1e-5) { title.focus({ preventScroll: true }); map.flyToBounds(bounds, { padding: [30, 30], maxZoom: DEEPEST, animate: !reduced, duration: .4 }); return; }
  if (map.getZoom() < DEEPEST) { map.setView(group.at, DEEPEST, { animate: !reduced }); return; }
  const edge = 1e-5, found = await ask({ south: south - edge, west: west - edge, north: north + edge, east: east + edge, zoom: DEEPEST });
  if (!found) return;
  const rest = found.total - found.tickets.length;
  popup(group.at, make("div", {}, make("ul", { className: "in-popup" }, ...found.tickets.map(entry)), ...(rest > 0 ? [make("p", { className: "small", textContent: say(words.more, rest) })] : [])));
};

// -- asking ------------------------------------------------------------------------------------------------------------
const ask = async (box, signal) => {
  const address = new URL(points, location.href);
  for (const [name, value] of Object.entries(box)) address.searchParams.set(name, value);
  const answer = await fetch(address, { headers: { Accept: "application/json" }, signal }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
};

let asking, drawnAt = 0;
const refresh = async () => {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking, view = map.getBounds();
  const found = await ask({ south: view.getSouth(), west: view.getWest(), north: view.getNorth(), east: view.getEast(), zoom: map.getZoom() }, signal);
  if (signal.aborted) return;
  if (!found) { status.textContent = words.failed; return; }
  drawnAt = Date.now();
  draw(found);
};

const draw = (found) => {
  marks.clearLayers();
  for (const ticket of found.tickets) if (ticket.alone) mark(ticket.at, one(ticket), 24).on("click", () => show(ticket)).addTo(marks);
  for (const group of found.clusters) mark(group.at, several(group, sizeOf(group.count)), sizeOf(group.count)).on("click", () => open(group)).addTo(marks);
  status.textContent = found.total ? [say(words.view, found.total), found.overdue && say(words.late, found.overdue)].filter(Boolean).join(", ") : words.none;
  const had = list.contains(document.activeElement), all = found.tickets.length >= found.total;
  list.replaceChildren(...(all ? [] : found.clusters.map(groupEntry)), ...found.tickets.map(entry));
  if (had) title.focus({ preventScroll: true });
  if (!tiles) { drawGrid(); drawNames(); }
  sheet.dataset.drawn = `${found.total}`;
};

// -- where the map stands is kept in the address, so that a way back leads to the same place ----------------------------
const placeInAddress = () => {
  const [zoom, latitude, longitude] = location.hash.slice(1).split("/").map(Number);
  return [zoom, latitude, longitude].every(Number.isFinite) && location.hash.length > 1 && Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 ? { zoom: Math.min(Math.max(zoom, 4), DEEPEST), at: [latitude, longitude] } : null;
};
const keepPlace = () => {
  const { lat, lng } = map.getCenter();
  history.replaceState(history.state, "", `${location.pathname}${location.search}#${map.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
};

const start = () => {
  sheet.hidden = false;
  map.invalidateSize({ pan: false });
  const kept = placeInAddress(), bounds = element.dataset.bounds ? JSON.parse(element.dataset.bounds) : null;
  if (kept) map.setView(kept.at, kept.zoom);
  else if (bounds) map.fitBounds([[bounds[0], bounds[1]], [bounds[2], bounds[3]]], { padding: [30, 30], maxZoom: 16 });
  else map.setView([0, 115], 5);
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution }).addTo(map);
  else { map.attributionControl.remove(); grid.addTo(map); labels.addTo(map); }
  let timer;
  map.on("moveend resize", () => { keepPlace(); clearTimeout(timer); timer = setTimeout(refresh, PATIENCE_MS); });
  refresh();
  for (const button of document.querySelectorAll("[data-show]")) {
    button.hidden = false;
    button.addEventListener("click", () => { map.setView(button.dataset.show.split(",").map(Number), 15, { animate: false }); element.scrollIntoView({ block: "center", behavior: reduced ? "auto" : "smooth" }); });
  }
};

const form = document.querySelector("[data-map-filters]");
form.addEventListener("change", () => form.requestSubmit());
form.addEventListener("submit", () => { for (const field of form.elements) if (field.name && !field.value) field.disabled = true; });
addEventListener("pageshow", () => { for (const field of form.elements) field.disabled = false; });
document.body.addEventListener("changed", () => { if (Date.now() - drawnAt > QUIET_MS && !document.hidden) refresh(); });
if (window.L) start();
