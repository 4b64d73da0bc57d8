// What the marks on a score card come to, for the desk and the tablet. Arithmetic is exact: fractions of BigInt, rounded half up
// at the end, as the server does it.
(() => {
  "use strict";
  const itemsOf = (form) => [...form.querySelectorAll("[data-criterion]")].map((box) => ({
    box,
    code: box.dataset.criterion,
    name: box.querySelector("[data-name]").textContent,
    input: box.querySelector(".cw-mark"),
    notApplicable: box.querySelector('input[type="checkbox"]'),
    weight: hundredths(box.dataset.weight),
    full: hundredths(box.dataset.full),
  }));

  function hundredths(text) {
    const [whole, part = ""] = text.split(".");
    return BigInt(whole + part.padEnd(2, "0").slice(0, 2));
  }

  // What was typed, in hundredths; null where nothing stands or it is no mark.
  function read(item) {
    const text = item.input.value.normalize("NFKC").replaceAll("。", ".").trim();
    if (!/^\d{1,4}(\.\d{0,2})?$|^\.\d{1,2}$/.test(text)) return null;
    const value = hundredths(text.startsWith(".") ? `0${text}` : text);
    return value <= item.full ? value : null;
  }

  // numerator / denominator (of hundredths of a point) as 86.05, rounded half up.
  function twoPlaces(numerator, denominator) {
    const rounded = (numerator * 2n + denominator) / (denominator * 2n);
    const digits = rounded.toString().padStart(3, "0");
    return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
  }

  const bandOf = (numerator, denominator) => [90n, 75n, 60n].findIndex((bound) => numerator * 100n >= bound * denominator);

  // `marks` by item, null where none counts; `applying`: the weights that apply; `share`: the weighted total as a fraction of
  // all, null without a mark; `open`: the items that wait for a mark.
  function weighted(items) {
    const excluded = (item) => Boolean(item.notApplicable?.checked);
    const marks = items.map((item) => (excluded(item) ? null : read(item)));
    const applying = items.filter((item) => !excluded(item)).reduce((sum, item) => sum + item.weight, 0n);
    let numerator = 0n;
    let denominator = 1n;
    let weights = 0n;
    items.forEach((item, place) => {
      if (marks[place] === null) return;
      numerator = numerator * item.full + item.weight * marks[place] * denominator;
      denominator *= item.full;
      weights += item.weight;
    });
    const open = items.filter((item, place) => !excluded(item) && marks[place] === null);
    return { marks, applying, share: weights ? [numerator, denominator * weights] : null, open };
  }

  window.chengshu = { ...window.chengshu, Marks: { itemsOf, hundredths, twoPlaces, bandOf, weighted } };
})();
