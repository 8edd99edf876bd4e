// The answers that a question offers: up to three buttons, more of them as a list, as WhatsApp has it.

import { openSheet } from "./sheet.js";
import { align, icon, make } from "./tools.js";

const MOST_BUTTONS = 3;

/** They belong to the last question only, and only until it is answered. */
export function showChoices(phone, last) {
  const choices = last && !last.mine ? last.choices : [];
  const items = choices.length > MOST_BUTTONS
    ? [{ id: `${last.id}/list`, list: choices }]
    : choices.map((choice) => ({ ...choice, id: `${last.id}/${choice.key}` }));
  phone.find("choices").hidden = items.length === 0;
  align(phone.find("choices"), items, (item) => (item.list ? listButton(phone, item.list) : replyButton(phone, item)));
}

function replyButton(phone, choice) {
  const button = make("button", "", { type: "button" }, icon("reply"), choice.title);
  button.addEventListener("click", () => say(phone, choice));
  return button;
}

function listButton(phone, choices) {
  const button = make("button", "", { type: "button", "aria-haspopup": "dialog" }, icon("list"), "Lihat pilihan");
  button.addEventListener("click", () => {
    const close = openSheet(phone, "Pilih jawaban", list(choices, (choice) => {
      close();
      phone.input.focus();
      say(phone, choice);
    }));
  });
  return button;
}

function list(choices, onChosen) {
  const rows = choices.map(({ key, title }, n) => make("label", "", {}, make("span", "", {}, title),
    make("input", "", { type: "radio", name: "choice", value: key, required: "", ...(n ? {} : { "data-first": "" }) })));
  const form = make("form", "rows-to-choose", {}, make("div", "options", {}, rows), make("button", "wide", {}, "Kirim"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onChosen(choices.find(({ key }) => key === new FormData(form).get("choice")));
  });
  return form;
}

function say(phone, { title, key }) {
  phone.say({ text: title, choice: key });
}
