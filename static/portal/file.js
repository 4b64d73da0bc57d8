// A file field in the language of the page: a face over the browser's own control, which keeps working below it.
(() => {
  "use strict";
  for (const face of document.querySelectorAll(".cs-file-face")) {
    const field = face.parentElement.querySelector('input[type="file"]');
    const name = face.querySelector("[data-none]");
    const show = () => { name.textContent = [...field.files].map((file) => file.name).join(", ") || name.dataset.none; };
    face.hidden = false;
    field.addEventListener("change", show);
    field.form?.addEventListener("reset", () => setTimeout(show));
    show();
  }
})();
