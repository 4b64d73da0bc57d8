// The error summary takes focus, so that a reader hears it first; its links put the cursor into the field itself.
(() => {
  "use strict";
  const summaries = [...document.querySelectorAll(".cs-errors")].filter((summary) => !summary.closest("[data-sample]"));
  summaries.find((summary) => !summary.hidden)?.focus();
  for (const summary of summaries) summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const block = field.closest(".cs-field") || field;
    block.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });
})();
