// "Select all" over the columns of an export (Django admin, import-export).
(() => {
  "use strict";
  const toggle = document.getElementById("select-all-toggle");
  if (!toggle) return;
  toggle.addEventListener("change", () => {
    for (const box of document.querySelectorAll('.selectable-field-export-row input[type="checkbox"]:not(.select-toggle)')) {
      box.checked = toggle.checked;
    }
  });
})();
