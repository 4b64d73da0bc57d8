// Counts what is typed into a long text. The form library writes the server's count beside the field; this keeps it true.
// Two ways, as the field says: "text" counts as people do, word for word like portal/counting.py (a test compares the
// lists); otherwise Unicode characters are counted, line breaks as one.
(() => {
  "use strict";
  const INVISIBLE = "0-8 e-1b 7f-84 86-9f ad 61c 200b-200f 202a-202e 2060-206f fe00-fe0f feff e0100-e01ef 1f3fb-1f3ff";
  const SPACES = "9-d 1c-20 85 a0 1680 2000-200a 2028 2029 202f 205f 3000";
  const SINGLE =
    "b7 d7 2014 2015 2018 2019 201c 201d 2020-2022 2025 2026 203b 2103 2116 2150-218b 2190-23ff 2460-27bf 2b00-2bff" +
    " 2e80-2fff 3001-a4cf a960-a97f ac00-d7ff e000-faff fe10-fe1f fe30-fe6f ff01-ffef 1f000-1f3fa 1f400-1faff 20000-3fffd";
  const inside = (ranges) => ranges.replace(/[0-9a-f]+/g, (point) => `\\u{${point}}`).replaceAll(" ", "");
  const invisible = new RegExp(`[${inside(INVISIBLE)}]`, "gu");
  const word = `[^${inside(SPACES)}${inside(SINGLE)}]+`;
  const counted = new RegExp(`${word}(?:’${word})*|[${inside(SINGLE)}]`, "gu");
  const asPeople = (text) => (text.replace(invisible, "").normalize("NFC").match(counted) ?? []).length;
  const asCharacters = (text) => Array.from(text.replace(/\r\n?/g, "\n")).length;

  function show(output) {
    const field = document.getElementById(output.dataset.counts);
    if (!field) return;
    field.removeAttribute("maxlength"); // it would cut what is pasted without a word; the form says how much is too much
    const typed = output.dataset.countsAs === "text" ? asPeople(field.value) : asCharacters(field.value);
    output.querySelector("b").textContent = typed.toLocaleString(document.documentElement.lang);
    output.classList.toggle("is-over", typed > Number(output.dataset.limit));
  }

  // Fields that come onto the page later are counted too.
  document.addEventListener("input", (event) => {
    for (const output of document.querySelectorAll(`[data-counts="${CSS.escape(event.target.id)}"]`)) show(output);
  });
  document.querySelectorAll("[data-counts]").forEach(show);
})();
