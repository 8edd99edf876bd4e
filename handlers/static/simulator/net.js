// What the page sends to its server: fields as JSON, or as a form where a file comes along.

const token = document.querySelector("meta[name=csrf-token]").content;

/** The server's answer; an Error with a sentence for the person where it refused or was not reached. */
export async function post(address, fields, file = null) {
  const request = { method: "POST", headers: { "X-CSRFToken": token }, body: file ? form(fields, file) : JSON.stringify(fields) };
  if (!file) request.headers["Content-Type"] = "application/json";
  const response = await fetch(address, request).catch(() => {
    throw new Error("Server tidak menjawab.");
  });
  const answer = await response.json().catch(() => ({ error: "Muat ulang halaman ini dulu." }));
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

function form(fields, file) {
  const body = new FormData();
  Object.entries(fields).forEach(([name, value]) => body.append(name, value));
  body.append("file", file);
  return body;
}
