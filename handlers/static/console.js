// What the console's pages do in a browser beyond forms and links. Every page works without it.

// The menu is always open beside the page; on a telephone it opens and closes.
const wide = window.matchMedia("(min-width: 62rem)");
const menu = document.querySelector(".side .menu");
const arrange = () => { if (menu) menu.open = wide.matches; };
wide.addEventListener("change", arrange);
arrange();
