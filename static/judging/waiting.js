// What the worker is doing: asks for the page anew until it is done. Without script the page renews itself.
(() => {
  "use strict";
  const EVERY = 2000;
  const place = document.querySelector("[data-waiting]");
  if (!place) return;

  async function look() {
    if (document.hidden) return setTimeout(look, EVERY);
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-waiting]");
      const writing = [...document.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
      if (answer.ok && !fresh && !writing) return location.reload();
      if (fresh) {
        for (const name of ["value", "aria-valuetext"]) {
          const to = fresh.querySelector("progress").getAttribute(name);
          if (to !== null) place.querySelector("progress").setAttribute(name, to);
        }
        const words = place.querySelector("[data-step]"), now = fresh.querySelector("[data-step]").textContent;
        if (words.textContent !== now) words.textContent = now;
      }
    } catch { /* the connection is away for a moment: asked again */ }
    setTimeout(look, EVERY);
  }
  setTimeout(look, EVERY);
})();
