// Where a ticket is: a pin, the open tickets around it as dots, a scale. Without tiles the ground is plain, and still
// tells how far what is from what. The place stands beside it in words.
const PIN = `<svg viewBox="0 0 22 30" width="22" height="30" aria-hidden="true"><path d="M11 1a10 10 0 0 1 10 10c0 7-10 18-10 18S1 18 1 11A10 10 0 0 1 11 1Z" fill="#0b5d4b" stroke="#fff" stroke-width="1.5"/><circle cx="11" cy="11" r="3.6" fill="#fff"/></svg>`;
const DOT = { radius: 7, weight: 2, color: "#fff", fillOpacity: 1 };
const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;

const ground = (map, { tiles, attribution }) => {
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution }).addTo(map);
  else map.attributionControl?.remove();
};

const drawNear = async (map, element) => {
  const answer = await fetch(element.dataset.near, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  for (const { at, name, address, same } of (await answer.json()).tickets) {
    const dot = L.circleMarker(at, { ...DOT, fillColor: same ? "#d99a2b" : "#8b9994" }).addTo(map);
    dot.bindTooltip(Object.assign(document.createElement("span"), { textContent: name }));
    dot.on("click", () => { location.href = address; });
  }
};

const draw = (element) => {
  if (!window.L || element.classList.contains("leaflet-container")) return;
  const { lat, lon, near, mine } = element.dataset;
  const at = [Number(lat), Number(lon)], small = !near;
  element.classList.add("leaflet-container");
  const map = L.map(element, {
    center: at, zoom: small ? 15 : 16, scrollWheelZoom: false, zoomControl: !small, dragging: !small, keyboard: !small,
    attributionControl: true, zoomAnimation: !reduced, fadeAnimation: !reduced, markerZoomAnimation: !reduced, doubleClickZoom: !small, touchZoom: !small,
  });
  map.attributionControl.setPrefix(false);
  ground(map, tilesOf(element));
  L.control.scale({ imperial: false, maxWidth: 90 }).addTo(map);
  const icon = L.divIcon({ className: "pin-mark", html: PIN, iconSize: [22, 30], iconAnchor: [11, 29] });
  L.marker(at, { icon, keyboard: false, interactive: false, zIndexOffset: 1000, alt: mine ?? "" }).addTo(map);
  if (near) drawNear(map, element);
};

// A place in the conversation has the ground of the page's own map, where it has one.
const tilesOf = (element) => {
  const { tiles, attribution } = element.dataset.tiles !== undefined ? element.dataset : document.querySelector("[data-tiles]")?.dataset ?? {};
  return { tiles: tiles ?? "", attribution: attribution ?? "" };
};

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) { seen.unobserve(target); draw(target); }
}, { rootMargin: "200px" });
const watch = () => { for (const element of document.querySelectorAll("[data-map]:not(.leaflet-container)")) { element.classList.add("waiting"); seen.observe(element); } };
watch();
document.body.addEventListener("htmx:afterSettle", watch);
