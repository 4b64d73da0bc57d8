// Says whether a file is part of a version: its SHA-256 is computed here, and the file goes nowhere.
(() => {
  "use strict";
  const place = document.querySelector("[data-compare]");
  const result = document.querySelector("[data-compare-result]");
  if (!place || !window.crypto || !window.crypto.subtle) return; // no secure connection: the box below remains
  const field = place.querySelector("input");
  const known = new Set(`${field.dataset.files} ${field.dataset.version}`.split(/\s+/).filter(Boolean));
  place.hidden = false;

  function say(tone, text) {
    const note = document.createElement("section");
    note.className = `cs-note cs-note-${tone}`;
    const line = document.createElement("p");
    line.textContent = text;
    note.append(line);
    result.replaceChildren(note);
  }

  field.addEventListener("change", async () => {
    const file = field.files[0];
    if (!file) return result.replaceChildren();
    say("neutral", field.dataset.busy);
    try {
      const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const digest = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      if (field.files[0] !== file) return undefined; // another was chosen meanwhile
      document.getElementById("sha256").value = digest;
      return known.has(digest) ? say("green", field.dataset.found) : say("red", field.dataset.notFound);
    } catch {
      return say("amber", field.dataset.unread);
    }
  });
})();
