// Fills in where the telephone is. Without script, or without leave to know, the place is typed.
(function () {
  "use strict";
  var field = document.querySelector("[data-place]");
  var row = document.querySelector("[data-here]");
  if (!field || !row || !navigator.geolocation) return;
  var said = row.querySelector("[role=status]");
  function tell(what) { said.textContent = said.getAttribute("data-" + what); }
  row.hidden = false;
  row.querySelector("button").addEventListener("click", function () {
    tell("wait");
    navigator.geolocation.getCurrentPosition(function (found) {
      field.value = found.coords.latitude.toFixed(6) + ", " + found.coords.longitude.toFixed(6);
      tell("found");
    }, function () { tell("lost"); }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
  });
})();
