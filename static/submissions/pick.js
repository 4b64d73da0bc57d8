// Ticks every entry of the page at once; without this script each is ticked by itself.
(() => {
  "use strict";
  const all = document.querySelector("[data-pick-all]");
  const boxes = Array.from(document.querySelectorAll("input[name=entry]"));
  if (!all || boxes.length === 0) return;
  const button = all.querySelector("button");
  all.hidden = false;
  button.addEventListener("click", () => {
    const ticked = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !ticked;
  });
})();
