// Gives names to what the stock administration leaves without: values of a table after their column, so that on a phone a
// row can stand as a list (admin.css), and fields of rows and dates after their label, for those who listen.
(() => {
  "use strict";
  const words = (element) => (element?.textContent || "").replace(/[\s:：]+/g, " ").trim();

  for (const table of document.querySelectorAll("#result_list, table#change-history, .import-preview")) {
    const names = [...table.querySelectorAll("thead th")].map((head) => words(head.querySelector(".text") || head));
    for (const row of table.tBodies[0]?.rows || []) {
      [...row.cells].forEach((cell, column) => {
        if (cell.matches("td:not(.action-checkbox)") && names[column]) cell.dataset.label = names[column];
        cell.classList.toggle("cs-blank", !cell.querySelector("img, input") && !cell.textContent.trim());
      });
    }
    table.classList.add("cs-listed");
  }

  const labelOf = (field) => {
    const cell = field.closest(".tabular td");
    if (cell) return words(cell.closest("table").tHead.rows[0].cells[cell.cellIndex]);
    return words((field.closest(".fieldBox") || field.closest(".form-row"))?.querySelector("label, legend"));
  };
  const nameFields = () => {
    for (const table of document.querySelectorAll(".tabular table")) {
      const heads = [...(table.tHead?.rows[0].cells || [])].map(words);
      for (const row of table.tBodies[0]?.querySelectorAll("tr.form-row") || []) {
        [...row.cells].forEach((cell, column) => { if (heads[column]) cell.dataset.label = heads[column]; });
      }
    }
    for (const head of document.querySelectorAll(".tabular thead th")) if (!words(head)) head.setAttribute("role", "presentation");
    for (const field of document.querySelectorAll(".tabular td :is(input:not([type=hidden]), select, textarea), .datetime input")) {
      const part = words({ textContent: field.closest(".cs-part")?.dataset.part });
      field.setAttribute("aria-label", [labelOf(field), part].filter(Boolean).join(" "));
    }
    for (const shown of document.querySelectorAll(".select2-selection__rendered")) {
      shown.setAttribute("aria-label", [labelOf(shown), shown.title].filter(Boolean).join(" "));
    }
  };
  // The count of ticked rows in our words: the script of the administration asks for one sentence of Django's.
  const counted = document.querySelector(".actions [data-words]")?.dataset.words.replace(/\{(\w+)\}/g, "%($1)s");
  const theirs = window.ngettext;
  if (counted && theirs) {
    window.ngettext = (one, many, number) => (one === "%(sel)s of %(cnt)s selected" ? counted : theirs(one, many, number));
  }
  // On a phone the rows come first; a filter that is on stays open.
  const filters = document.getElementById("cs-filters");
  if (filters && !("active" in filters.dataset) && matchMedia("(max-width: 767.98px)").matches) filters.open = false;

  // After the choosers of the administration, which wait in the same queue.
  if (window.django?.jQuery) window.django.jQuery(nameFields);
  else nameFields();
  document.addEventListener("formset:added", nameFields);
})();
