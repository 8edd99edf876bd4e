// What an agency's pages do beyond forms and links; every page works without it. Plain enough for an old telephone.
(function () {
  "use strict";
  document.documentElement.classList.add("has-script");

  // -- a small map: where the report is, and what photos say of where they were taken. Useful without tiles too.
  var COLOURS = { report: "#8a4f00", proof: "#0b5d4b", citizen: "#36423f" };
  var RINGS = [50, 100, 250];

  function drawMap(place) {
    var points = JSON.parse(place.dataset.points);
    place.hidden = false;
    var map = window.L.map(place, { zoomControl: true, scrollWheelZoom: false, attributionControl: Boolean(place.dataset.tiles) });
    if (place.dataset.tiles) {
      map.attributionControl.setPrefix(false);
      window.L.tileLayer(place.dataset.tiles, { maxZoom: 19, attribution: place.dataset.attribution }).addTo(map);
    } else {
      drawRings(map, points[0].at);
    }
    window.L.control.scale({ imperial: false }).addTo(map);
    points.slice().reverse().forEach(function (point) { drawPoint(map, point, points.length <= 3); });
    var bounds = window.L.latLngBounds(points.map(function (point) { return point.at; }));
    map.fitBounds(bounds.extend(window.L.latLng(points[0].at).toBounds(220)), { padding: [12, 12], maxZoom: 18 });
  }

  function drawRings(map, centre) {
    RINGS.forEach(function (metres) {
      window.L.circle(centre, { radius: metres, color: "#7d8a86", weight: 1, dashArray: "4 4", fill: false, interactive: false }).addTo(map);
      var north = window.L.latLng(centre[0] + metres / 111320, centre[1]);
      window.L.tooltip({ permanent: true, direction: "center", className: "ring", interactive: false }).setLatLng(north).setContent(metres + " m").addTo(map);
    });
  }

  function drawPoint(map, point, named) {
    var isReport = point.kind === "report";
    var label = document.createElement("span");  // as text: nothing that somebody wrote is ever markup
    label.textContent = point.name;
    window.L.circleMarker(point.at, { radius: isReport ? 11 : 7, color: "#fff", weight: 2, fillColor: COLOURS[point.kind], fillOpacity: 1 })
      .addTo(map).bindTooltip(label, { permanent: isReport || named, direction: isReport ? "right" : "bottom", offset: isReport ? [10, 0] : [0, 6] });
  }

  document.querySelectorAll(".map[data-points]").forEach(function (place) { if (window.L) drawMap(place); });

  // -- the button at the bottom of the screen goes away while what it leads to is in sight
  var reach = document.querySelector(".reach");
  if (reach && window.IntersectionObserver) {
    new IntersectionObserver(function (seen) {
      reach.classList.toggle("in-sight", seen[0].isIntersecting);
    }).observe(document.querySelector(reach.querySelector("a").getAttribute("href")));
  }

  // -- photos that the server would refuse are told of before they travel
  document.addEventListener("change", function (event) {
    var input = event.target;
    if (input.type !== "file" || !input.dataset.most) return;
    var files = Array.prototype.slice.call(input.files), all = 0;
    files.forEach(function (file) { all += file.size; });
    var large = files.some(function (file) { return file.size > 5242880; }) || all > 8000000;
    input.setCustomValidity(large || files.length > Number(input.dataset.most) ? input.dataset.tooLarge : "");
    input.reportValidity();
  });

  // -- a form goes out once, however often its button is pressed
  document.addEventListener("submit", function (event) {
    if (event.target.dataset.sent && event.target.method === "post") event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // -- filters are folded on a telephone only
  if (window.matchMedia("(min-width: 62rem)").matches) {
    document.querySelectorAll("[data-open-when-wide]").forEach(function (fold) { fold.open = true; });
  }

  // -- the list of cases: print, tick all, and ticks that stay when the list refreshes itself
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
  });

  function ticks() { return Array.prototype.slice.call(document.querySelectorAll("input[name=number][type=checkbox]")); }

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-tick-all]")) ticks().forEach(function (tick) { tick.checked = event.target.checked; });
  });

  var ticked = [];
  document.addEventListener("htmx:beforeSwap", function () {
    ticked = ticks().filter(function (tick) { return tick.checked; }).map(function (tick) { return tick.value; });
  });
  document.addEventListener("htmx:afterSettle", function () {
    ticks().forEach(function (tick) { if (ticked.indexOf(tick.value) >= 0) tick.checked = true; });
  });
})();
