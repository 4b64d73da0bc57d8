// Keeps the figures of {% countdown %} true. The page carries the server's instant; only the time passed since the page
// was opened is taken from this machine, so a wrong clock here does not move the deadline.
(() => {
  "use strict";
  const opened = Date.now();
  const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
  const two = (n) => String(n).padStart(2, "0");

  function draw(block) {
    const left = Number(block.dataset.until) - Number(block.dataset.now) - (Date.now() - opened);
    const over = left <= 0;
    block.querySelector("[data-left]").hidden = over;
    block.querySelector("[data-over]").hidden = !over;
    if (over) return;
    const days = Math.floor(left / DAY);
    const figures = {
      days: String(days),
      hours: two(Math.floor((left % DAY) / HOUR)),
      minutes: two(Math.floor((left % HOUR) / MINUTE)),
      seconds: two(Math.floor((left % MINUTE) / SECOND)),
    };
    for (const [unit, text] of Object.entries(figures)) {
      const figure = block.querySelector(`[data-unit="${unit}"]`);
      if (figure.textContent !== text) figure.textContent = text;
    }
    block.querySelector('[data-unit="days"]').closest("[data-part]").hidden = days === 0;
    block.querySelector('[data-unit="seconds"]').closest("[data-part]").hidden = days > 0;
  }

  const blocks = document.querySelectorAll("[data-countdown]");
  if (!blocks.length) return;
  const drawAll = () => blocks.forEach(draw);
  drawAll();
  setInterval(drawAll, SECOND);
  document.addEventListener("visibilitychange", drawAll);
})();
