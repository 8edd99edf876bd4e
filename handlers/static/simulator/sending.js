// A message on its way: shown at once, then handed to the server.

import { showChat } from "./chat.js";
import { post } from "./net.js";
import { clock } from "./tools.js";

/** Send `fields`, with the photo in `file` where there is one. */
export function send(phone, fields) {
  const message = drafted(fields);
  message.again = () => {
    phone.unsent = phone.unsent.filter((other) => other !== message);
    send(phone, fields);
  };
  phone.unsent.push(message);
  showChat(phone, true);
  deliver(phone, message, fields);
}

function drafted({ text = "", photo, voice, preview, lat, lon, label }) {
  const media = [
    preview && { kind: "photo", url: preview }, photo && { kind: "photo", url: document.body.dataset.photo },
    voice && { kind: "voice", url: document.body.dataset.voice },
  ].filter(Boolean);
  return {
    id: `unsent-${Math.random()}`, mine: true, at: clock.now.toISOString(), state: "sending", text, choices: [],
    media, pin: lat ? { lat, lon, label } : null,
  };
}

async function deliver(phone, message, { file, preview, ...fields }) {
  try {
    const { id } = await post(document.body.dataset.send, { citizen: phone.key, look: phone.look, ...fields }, file);
    const line = phone.find("messages").querySelector(`[data-id="${message.id}"]`);
    if (line) line.dataset.id = id; // the same bubble goes on as the stored message
    Object.assign(message, { id, state: "accepted" });
    phone.onChange(phone);
  } catch (error) {
    Object.assign(message, { state: "failed", problem: error.message });
    showChat(phone, true);
  }
}
