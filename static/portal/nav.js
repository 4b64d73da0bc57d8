// Where the navigation or a row of filters scrolls sideways, what one is on is brought into sight. The style sheet snaps the
// row to the beginning of an entry; where the row cannot go that far, what is cut fades out on that side.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll(".cs-util nav, .cs-nav, .cs-chips, .cs-aside-nav > nav")];
  const fade = (row) => {
    row.classList.toggle("is-cut-start", row.scrollLeft > 1);
    row.classList.toggle("is-cut-end", row.scrollLeft + row.clientWidth < row.scrollWidth - 1);
  };
  for (const row of rows) row.addEventListener("scroll", () => fade(row), { passive: true });
  const show = () => {
    for (const row of rows) {
      fade(row);
      const here = row.querySelector("[aria-current]");
      if (!here || row.scrollWidth <= row.clientWidth) continue;
      const outer = row.getBoundingClientRect(), inner = here.getBoundingClientRect();
      const ends = parseFloat(getComputedStyle(row).scrollPaddingInlineStart) || 0;
      if (inner.left >= outer.left + ends - 1 && inner.right <= outer.right - 2.5 * ends) continue;
      row.scrollLeft += inner.left - outer.left - ends;
    }
  };
  show();
  addEventListener("resize", show);
})();
