// Copy buttons and "try it". Everything else on the pages works without this file.
(() => {
  "use strict";

  const words = document.getElementById("copy-words");
  if (words && navigator.clipboard) {
    for (const pre of document.querySelectorAll(".tabs pre")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = words.dataset.copy;
      button.addEventListener("click", async () => {
        // As it is shown: the addresses that are not chosen are left out.
        await navigator.clipboard.writeText(pre.innerText);
        button.textContent = words.dataset.copied;
        setTimeout(() => { button.textContent = words.dataset.copy; }, 1500);
      });
      pre.parentElement.append(button);
    }
  }

  const form = document.querySelector(".try form");
  if (!form) return;
  form.hidden = false;
  const part = (name) => form.querySelector(`[data-${name}]`);
  const token = part("token");
  const outcome = form.querySelector(".outcome");
  const button = form.querySelector("button[type=submit]");

  // What is asked; the token is not part of the address.
  const target = () => {
    let path = form.dataset.path;
    const query = new URLSearchParams();
    for (const input of form.querySelectorAll("[name]")) {
      const value = input.value.trim();
      if ("inPath" in input.dataset) path = path.replace(`{${input.name}}`, encodeURIComponent(value));
      else if (value) query.set(input.name, value);
    }
    const text = query.toString();
    return text ? `${path}?${text}` : path;
  };

  // An object, or one on each line.
  const pretty = (text) => {
    const one = (json) => JSON.stringify(JSON.parse(json), null, 2);
    try { return one(text); } catch { /* Not one alone. */ }
    try { return text.trim().split("\n").map(one).join("\n"); } catch { return text; }
  };

  // What cannot be a token is asked for in words: a header takes nothing but printable ASCII.
  const missing = (secret) => {
    if (!secret) return form.dataset.noToken;
    return /^[\x21-\x7e]+$/.test(secret) ? "" : form.dataset.badToken;
  };
  token.addEventListener("input", () => token.setCustomValidity(""));

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const secret = token.value.trim();
    token.setCustomValidity(missing(secret));
    if (!token.reportValidity()) return;
    const asked = target();
    outcome.hidden = false;
    button.disabled = true;
    const { method } = form.dataset;
    const posted = part("posted")?.value;
    const shown = posted === undefined ? "" : `\nContent-Type: application/json\n\n${posted}`;
    part("request").textContent = `${method} ${asked}\nAuthorization: Bearer ••••••${shown}`;
    const status = part("status");
    status.textContent = form.dataset.sending;
    status.className = "tag";
    for (const name of ["body", "headers", "timing"]) part(name).textContent = "";
    const began = performance.now();
    try {
      // Sentences in the language of the page, whatever the browser prefers.
      const headers = { "Accept-Language": document.documentElement.lang, Authorization: `Bearer ${secret}` };
      if (posted !== undefined) headers["Content-Type"] = "application/json";
      const reply = await fetch(asked, {
        method, headers, body: posted,
        cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(60000),
      });
      const text = await reply.text();
      part("timing").textContent = `${(performance.now() - began).toFixed(1)} ms`;
      status.textContent = `HTTP ${reply.status}`;
      status.className = reply.ok ? "tag good" : "tag bad";
      part("headers").textContent = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      part("body").textContent = pretty(text);
    } catch (error) {
      status.textContent = form.dataset.notSent;
      status.className = "tag bad";
      part("body").textContent = String(error);
    } finally {
      button.disabled = false;
    }
  });
})();
