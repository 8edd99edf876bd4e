// Beside the telephones: what the system made of the last message, and the agencies' mailbox.

import { align, clockTime, icon, link, linked, make, moment, setBadge } from "./tools.js";

const INTRODUCTION = "Kirim pesan dari telepon ini. Di sini lalu terlihat bagaimana pesan itu dipahami, laporan apa "
  + "yang dibuat, ke instansi mana, dan apa yang akan terjadi berikutnya.";

/** Show what happened to `phone`'s last message. Opened details stay open. */
export function showHappened(panel, phone) {
  const story = phone.state?.happened;
  const opened = new Set([...panel.querySelectorAll("details[open]")].map((details) => details.dataset.id));
  panel.replaceChildren(...(story ? parts(story, phone.state.bill) : [make("p", "hint", {}, INTRODUCTION)]));
  panel.querySelectorAll("details").forEach((details) => {
    details.open = opened.has(details.dataset.id);
  });
  if (panel.dataset.about !== story?.message.id) panel.scrollTop = 0;
  panel.dataset.about = story?.message.id;
}

function parts(story, bill) {
  const tickets = [...story.tickets].sort((one, other) => other.touched - one.touched);
  return [
    lastMessage(story),
    story.handover && handover(story.handover),
    ...tickets.map(ticket),
    bill && costs(bill),
    card("Status pesan", make("ul", "rows", {}, story.states.map(row))),
  ].filter(Boolean);
}

/** What this telephone's messages would have cost. */
function costs({ channel, currency, by_segment: bySegment, lines, total }) {
  const money = new Intl.NumberFormat("id-ID", { style: "currency", currency, maximumFractionDigits: 4, minimumFractionDigits: 0 });
  const rows = lines.map(({ label, count, segments, amount }) => make("li", "", {},
    make("span", "", {}, label, make("em", "", {}, bySegment ? `${count} pesan, ${segments} SMS` : `${count} pesan`)),
    make("span", "amount", {}, money.format(amount))));
  const sum = make("li", "sum", {}, make("span", "", {}, "Jumlah"), make("span", "amount", {}, money.format(total)));
  const name = channel === "sms" ? "SMS" : "WhatsApp";
  return card(`Pesan dan biaya seandainya lewat ${name}`, make("ul", "rows", {}, rows, sum),
    make("p", "hint", {}, "Perkiraan menurut harga di config.yml."));
}

function card(title, ...children) {
  return make("section", "card", {}, make("h2", "", {}, title), ...children);
}

function lastMessage({ message, note, again_at: again, guesses, decision }) {
  const tags = make("p", "tags", {},
    message.urgent ? make("span", "tag urgent", {}, icon("bolt"), "Jalur darurat") : null,
    make("span", message.outcome ? "tag good" : "tag", {}, message.outcome ?? message.state),
    make("span", "when", {}, clockTime.format(new Date(message.at))));
  const section = card("Pesan terakhir", make("blockquote", "", {}, message.text), tags, guesses.map(understood));
  if (decision) section.append(make("p", "decision", {}, make("span", "kind", {}, "Menurut model"), make("strong", "", {}, decision)));
  if (note) section.append(make("p", "hint", {}, note, again ? [" Dibaca lagi ", moment(again), "."] : []));
  return section;
}

/** The model's guesses of one kind; a mark shows from where on its word is taken. */
function understood({ kind, threshold, guesses: [first, ...others] }) {
  const enough = first.confidence >= threshold;
  const bar = make("span", "bar", {
    role: "img", "aria-label": `yakin ${percent(first.confidence)}, ambang ${percent(threshold)}`,
  }, make("i"), make("b"));
  bar.style.setProperty("--sure", first.confidence);
  bar.style.setProperty("--from", threshold);
  const bars = [`ambang ${percent(threshold)}`, ...others.map(({ label, confidence }) => `${label} ${percent(confidence)}`)];
  return make("div", enough ? "guess enough" : "guess", {},
    make("span", "kind", {}, kind), make("strong", "", {}, first.label), make("span", "percent", {}, percent(first.confidence)),
    bar, make("span", "others", {}, bars.join(" · ")));
}

function percent(share) {
  return `${Math.round(share * 100)}%`;
}

function handover({ reason, due_at: due }) {
  return card("Menunggu petugas",
    make("p", "", {}, `Sebab: ${reason}. Dijawab lewat `, make("a", "", { href: "/console/" }, "konsol petugas"), "."),
    make("ul", "rows", {}, row({ label: "Paling lambat", at: due })));
}

function ticket(item) {
  const head = make("p", "tags", {},
    make("code", "", {}, item.number),
    make("span", item.open ? "tag good" : "tag", {}, item.status),
    item.urgent ? make("span", "tag urgent", {}, icon("bolt"), "Darurat") : null);
  const section = card(item.touched ? "Laporan dari pesan ini" : "Laporan lain", head,
    make("p", "", {}, make("strong", "", {}, item.service), make("br"), `${item.agency}${item.place ? ` · ${item.place}` : ""}`));
  if (item.routing) section.append(make("p", "routing", {}, icon("route"), item.routing));
  if (item.open) section.append(make("div", "deadlines", {}, item.deadlines.map(deadline)));
  if (item.ahead.length) section.append(make("h3", "", {}, "Akan terjadi"), make("ol", "line ahead", {}, item.ahead.map(row)));
  section.append(history(item));
  return section;
}

function deadline({ label, at }) {
  return make("div", "", {}, make("span", "kind", {}, label), moment(at));
}

function history({ number, history: events }) {
  const summary = make("summary", "", {}, `Riwayat (${events.length})`);
  return make("details", "", { "data-id": number }, summary, make("ol", "line", {}, events.map(event)));
}

function event({ label, actor, at, note }) {
  const what = make("span", "", {}, `${label} · ${actor}`, note ? make("q", "", {}, note) : null);
  return make("li", "", {}, what, moment(at));
}

function row({ label, state, at }) {
  return make("li", "", {}, make("span", "", {}, label, state ? make("em", "", {}, state) : null), moment(at));
}

/* -- the agencies' mailbox -------------------------------------------------------------------------------------- */

/** Show the mails; those that came since `seen` count as new until the mailbox is looked at. */
export function showMails(box, mails) {
  const list = box.querySelector("[data-mails]");
  const isOpen = box.offsetParent !== null;
  const newest = Math.max(0, ...mails.map((mail) => mail.id));
  const seen = Number(sessionStorage.getItem("simulator.mail") ?? 0);
  if (isOpen) sessionStorage.setItem("simulator.mail", newest);
  setBadge("mail", isOpen ? 0 : mails.filter((mail) => mail.id > seen).length);
  box.querySelector("[data-no-mail]").hidden = mails.length > 0;
  align(list, mails.map((mail) => ({ ...mail, id: String(mail.id) })), makeMail, updateMail);
  if (!list.dataset.touched) [...list.children].forEach((mail, n) => { mail.open = n === 0; });
}

function makeMail(mail) {
  const head = make("summary", "", {},
    make("span", "initial", { "aria-hidden": "true" }, mail.name.replace(/^(Dinas|Badan|Kepala|PT) /, "")[0]),
    make("span", "who", {}, make("strong", "", {}, mail.name), make("span", "", {}, mail.to)),
    moment(mail.at), make("span", "subject", {}, mail.subject));
  head.addEventListener("click", () => { head.parentElement.parentElement.dataset.touched = "yes"; });
  return make("details", "mail", {}, head, make("div", "body", {}, letter(mail)), make("p", "sent"));
}

function updateMail(details, mail) {
  details.querySelector(".sent").textContent = mail.state;
}

/** Paragraphs; lines of the form "Tenggat : 28-11-2026" as a small table; the link as the button it is in HTML. */
function letter({ text, url, link: path }) {
  return text.split("\n").map((line) => {
    const fact = line.match(/^([A-Z][a-z]{2,9})\s*: (.+)$/);
    if (fact) return make("p", "fact", {}, make("span", "", {}, fact[1]), make("span", "", {}, linked(fact[2])));
    return make("p", "", {}, url && line.trim() === url ? pageButton(path) : linked(line));
  });
}

/** To the agency's page on this server, whatever its public address is. */
function pageButton(path) {
  const button = link(path, "Buka halaman instansi");
  button.className = "button";
  return button;
}
