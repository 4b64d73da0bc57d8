// Copies the invitation link. Without script the link stands in a field (members page) or leads to it (task hub).
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  for (const control of document.querySelectorAll("[data-copy]")) {
    const words = control.querySelector("span");
    const before = words.textContent;
    control.hidden = false;
    words.setAttribute("aria-live", "polite");
    control.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        await navigator.clipboard.writeText(control.dataset.copy);
      } catch {
        if (control.href) location.assign(control.href);
        return;
      }
      words.textContent = control.dataset.copied;
      setTimeout(() => { words.textContent = before; }, 4000);
    });
  }
  for (const field of document.querySelectorAll("#invitation-link")) field.addEventListener("focus", () => field.select());
})();
