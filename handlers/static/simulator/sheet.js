// Something that slides up over a telephone's screen and waits for an answer, such as a list of choices.

import { icon, make } from "./tools.js";

/** Show `content` under `title`; the rest of the telephone waits. Returns what closes it. */
export function openSheet(phone, title, content) {
  const sheet = phone.find("sheet"), opener = document.activeElement;
  const others = [...sheet.parentElement.children].filter((part) => part !== sheet);
  const close = () => {
    if (sheet.hidden) return;
    sheet.hidden = true;
    others.forEach((part) => { part.inert = false; });
    (opener?.isConnected && opener.offsetParent ? opener : phone.input).focus();
  };
  sheet.replaceChildren(head(title, close), content);
  sheet.setAttribute("aria-label", title);
  sheet.onkeydown = ({ key }) => { if (key === "Escape") close(); };
  sheet.hidden = false;
  others.forEach((part) => { part.inert = true; });
  (content.querySelector("[data-first]") ?? content.querySelector("input, button")).focus();
  return close;
}

function head(title, close) {
  const button = make("button", "plain", { type: "button", "aria-label": "Tutup" }, icon("close"));
  button.addEventListener("click", close);
  return make("header", "", {}, make("strong", "", {}, title), button);
}
