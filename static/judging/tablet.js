// The tablet in the hall: the weighted total beside the button stays true while marks are typed (marks.js counts).
(() => {
  "use strict";
  const form = document.querySelector("[data-tablet]");
  if (!form) return;
  const { itemsOf, twoPlaces, bandOf, weighted } = window.chengshu.Marks;
  const items = itemsOf(form);
  const bands = form.dataset.bands.split(",");

  function show() {
    const { share, open } = weighted(items);
    form.querySelector("[data-total]").textContent = share ? twoPlaces(share[0] * 10000n, share[1]) : "—";
    const word = form.querySelector("[data-total-band]");
    word.hidden = !share;
    if (share) word.textContent = bands.at(bandOf(...share));
    form.querySelector("[data-marked]").textContent = items.length - open.length;
  }

  form.addEventListener("input", show);
  show();
})();
