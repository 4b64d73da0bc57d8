// The verdict of the formal check: what is ticked as not met is proposed for correction, and as the reason.
// What a person changed by hand is left as it is. Without this script the server proposes the same.
(() => {
  "use strict";
  const form = document.querySelector("[data-verdict]");
  const points = form ? Array.from(form.querySelectorAll("[data-point]")) : [];
  if (points.length === 0) return;
  const reason = form.elements.namedItem("reason");
  const boxes = new Map(Array.from(form.querySelectorAll("input[name=items]"), (box) => [box.value, box]));
  const byHand = new Set();

  const missed = (point) => point.querySelector("input[type=radio]:checked")?.value === "not_met";
  const note = (point) => point.querySelector("input[type=text]").value.trim();

  function proposal() {
    const lines = points
      .filter((point) => missed(point) && !("internal" in point.dataset))
      .map((point) => (note(point) ? `${point.dataset.text}：${note(point)}` : point.dataset.text));
    return lines.length > 1 ? lines.map((line, place) => `${place + 1}. ${line}`).join("\n") : lines.join("");
  }

  let proposed = reason.value === proposal() ? reason.value : "";

  function propose() {
    const concerned = new Set(points.filter(missed).map((point) => point.dataset.concerns));
    for (const [item, box] of boxes) if (!byHand.has(item)) box.checked = concerned.has(item);
    if (reason.value !== proposed) return; // somebody writes there
    proposed = proposal();
    if (reason.value !== proposed) {
      reason.value = proposed;
      reason.dispatchEvent(new Event("input", { bubbles: true })); // for the counter
    }
  }

  for (const [item, box] of boxes) if (box.checked) byHand.add(item);
  form.addEventListener("change", (event) => {
    if (event.target.name === "items") byHand.add(event.target.value);
    else if (event.target.closest("[data-point]")) propose();
  });
})();
