// Finds an organisation by its code while one types: a known one fills and locks the fields, a new one suggests its
// province. The server does the same when the form is sent, so nothing depends on this.
(() => {
  "use strict";
  const CODE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
  for (const block of document.querySelectorAll("[data-organisation]")) {
    const code = block.querySelector("[data-organisation-code]");
    const note = block.querySelector("[data-organisation-note]");
    const [known, name, kind, region] = ["known", "name", "kind", "region"].map((end) => block.querySelector(`[name="${end}"]`));
    const offered = new Map([[kind, [...kind.options]], [region, [...region.options]]]);
    let last = "";

    const say = (text) => { note.hidden = !text; note.textContent = text; };

    function only(select, value, label) {
      select.replaceChildren(new Option(label, value, true, true));
    }

    function unlock() {
      if (!name.readOnly) return;
      name.readOnly = false;
      name.value = "";
      known.value = "";
      for (const [select, options] of offered) select.replaceChildren(...options);
    }

    // What the server missed is there now: its marks go.
    function mend(control) {
      const field = control.closest(".cs-field");
      field.classList.remove("is-wrong");
      control.classList.remove("is-invalid");
      control.removeAttribute("aria-invalid");
      for (const line of field.querySelectorAll(".cs-error")) line.remove();
    }

    function fill(found) {
      for (const control of [code, name, kind, region]) mend(control);
      known.value = found.id;
      name.value = found.name;
      name.readOnly = true;
      only(kind, found.kind, found.kind_label);
      only(region, found.region, found.region_label);
      say(block.dataset.knownNote);
    }

    async function look() {
      const typed = code.value.normalize("NFKC").replace(/[\s-]/g, "").toUpperCase();
      if (typed === last) return;
      last = typed;
      if (!CODE.test(typed)) { unlock(); say(""); return; }
      const response = await fetch(`${block.dataset.find}?uscc=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!response || !response.ok || typed !== last) { unlock(); say(""); return; }
      const answer = await response.json();
      unlock();
      if (!answer.is_code) { say(""); return; }
      if (answer.known) { fill(answer.known); return; }
      if (answer.region && !region.dataset.chosen) region.value = answer.region;
      say(block.dataset.newNote);
    }

    region.addEventListener("change", () => { region.dataset.chosen = "1"; });
    code.addEventListener("input", look);
    code.addEventListener("change", look);
  }
})();
