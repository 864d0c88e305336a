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

  // The idempotency key of what is posted: the same for the same, so that a batch that broke off goes on and is not paid twice.
  let once = { key: "", posted: "" };
  const keyOf = (posted) => {
    if (posted !== once.posted) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      once = { key: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""), posted };
    }
    return once.key;
  };

  // Shows lines as they come.
  const follow = async (reply) => {
    let text = "";
    for (const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      part("body").textContent = text;
    }
  };

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
    // A reply of lines may take many minutes, one of another kind a minute at most.
    const inLines = "lines" in form.dataset;
    const key = inLines ? `\nIdempotency-Key: ${keyOf(posted)}` : "";
    const shown = posted === undefined ? "" : `${key}\nContent-Type: application/json\n\n${posted}`;
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
      if (inLines) headers["Idempotency-Key"] = keyOf(posted);
      // No `cache` option: browsers would send `Cache-Control: no-cache` for it, which has every press bought anew. Replies say `no-store`.
      const reply = await fetch(asked, {
        method, headers, body: posted,
        credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
        signal: inLines ? undefined : AbortSignal.timeout(60000),
      });
      const whole = inLines && reply.ok ? null : await reply.text();
      status.textContent = `HTTP ${reply.status}`;
      status.className = reply.ok ? "tag good" : "tag bad";
      part("headers").textContent = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      if (whole === null) await follow(reply);
      part("timing").textContent = `${(performance.now() - began).toFixed(1)} ms`;
      part("body").textContent = pretty(whole ?? part("body").textContent);
    } catch (error) {
      status.textContent = form.dataset.notSent;
      status.className = "tag bad";
      // What came of a reply that broke off was paid: it stays.
      part("body").textContent += String(error);
    } finally {
      button.disabled = false;
    }
  });
})();
