// The button says how many judges are ticked.
(() => {
  "use strict";
  const words = document.querySelector("[data-chosen]");
  if (!words) return;
  const { form } = words.closest("button");
  form.addEventListener("change", () => {
    const count = form.querySelectorAll("[name=judge]:checked").length;
    words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("{n}", count);
  });
})();
