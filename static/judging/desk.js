// The desk: keeps points, bands and the weighted total true while marks are typed (marks.js counts), and saves in the background.
// The server shows and saves the same without this script.
(() => {
  "use strict";
  const form = document.querySelector("[data-desk]");
  if (!form) return;
  const { itemsOf, hundredths, twoPlaces, bandOf, weighted } = window.chengshu.Marks;
  const items = itemsOf(form);
  if (!items.length) return;
  const bands = form.dataset.bands.split(",");
  const status = form.querySelector("[data-status]");
  form.classList.add("is-live");

  // Where a share stands on the picture of the bands: pressed together below 60 percent.
  function markerX(numerator, denominator) {
    const percent = Number((numerator * 10000n) / denominator) / 100;
    return percent >= 60 ? 40 + (percent - 60) * 2 : (percent * 40) / 60;
  }

  // ── What the page shows ─────────────────────────────────────────────────────────────────────────────────────────
  function show() {
    const { marks, applying, share, open } = weighted(items);
    items.forEach((item, place) => showItem(item, marks[place], applying));
    showTotal(share, open);
  }

  function showItem(item, mark, applying) {
    const { box } = item;
    box.querySelector(".cw-crit").classList.toggle("is-empty", item.input.value.trim() === "" && !item.notApplicable?.checked);
    const marker = box.querySelector("[data-marker]");
    marker.toggleAttribute("hidden", mark === null);
    const points = box.querySelector("[data-points]");
    const band = box.querySelector("[data-band]");
    let word = "—";
    for (const anchor of box.querySelectorAll("[data-low]")) {
      const { low, upper } = anchor.dataset;
      const here = mark !== null && mark >= hundredths(low) && (upper === "" || mark < hundredths(upper));
      anchor.classList.toggle("is-here", here);
      if (here) word = anchor.querySelector("dt").firstChild.textContent.trim();
    }
    if (mark === null) {
      points.value = band.textContent = "—";
      return;
    }
    band.textContent = word === "—" ? bands.at(bandOf(mark, item.full)) : word;
    points.value = twoPlaces(item.weight * mark * 10000n, item.full * applying);
    marker.setAttribute("d", `M${markerX(mark, item.full).toFixed(1)} 3v14`);
  }

  function showTotal(share, open) {
    const text = share ? twoPlaces(share[0] * 10000n, share[1]) : "—";
    for (const place of document.querySelectorAll("[data-total]")) place.textContent = text;
    const word = form.querySelector("[data-total-band]");
    word.hidden = !share;
    if (share) word.textContent = bands.at(bandOf(...share));
    form.querySelector("[data-marked]").textContent = items.length - open.length;
    const line = form.querySelector("[data-missing-line]");
    line.hidden = !open.length || open.length === items.length;
    line.querySelector("[data-missing]").replaceChildren(...open.flatMap((item, place) => (place ? ["、", link(item)] : [link(item)])));
    const outer = share && !open.length && isOuter(...share);
    form.querySelector("[data-comment-hint]").classList.toggle("is-required", Boolean(outer));
    showThis(share, text);
  }

  function isOuter(numerator, denominator) {
    const scaled = numerator * 10000n;
    return scaled < hundredths(form.dataset.below) * denominator || scaled >= hundredths(form.dataset.from) * denominator;
  }

  function showThis(share, text) {
    const group = form.querySelector("[data-this]");
    if (!group) return;
    const low = Number(group.dataset.low);
    const percent = share ? Number((share[0] * 1000000n) / share[1]) / 10000 : 0;
    group.toggleAttribute("hidden", !share || percent < low);
    if (!share || percent < low) return;
    const x = (12 + ((percent - low) / (100 - low)) * 392).toFixed(1);
    group.querySelector("path").setAttribute("d", `M${x} 19v19`);
    group.querySelector("text").setAttribute("x", x);
    group.querySelector("[data-this-total]").textContent = text;
  }

  function link(item) {
    const anchor = document.createElement("a");
    anchor.href = `#${item.input.id}`;
    anchor.textContent = item.name;
    return anchor;
  }

  // ── Saving in the background ────────────────────────────────────────────────────────────────────────────────────
  const PAUSE = 700;
  const AGAIN = 5000;
  let timer = 0;
  let running = false;
  let dirty = false;
  let pressed = null; // the button that waits for a save under way
  let stopped = form.querySelector(".cw-mark").readOnly;

  function later(pause = PAUSE) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  function say(text, failed = false) {
    status.textContent = text;
    status.classList.toggle("is-failed", failed);
  }

  // `force` also tells how long the entry was read although nothing changed.
  async function save(force = false) {
    if (running || stopped || !(dirty || (force && watch.seconds() && form.elements.revision.value !== "0"))) return;
    const quiet = !dirty;
    running = true;
    dirty = false;
    const told = watch.tell();
    if (!quiet) say(form.dataset.saving);
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        keepalive: true,
      });
      if (response.redirected || !(response.headers.get("Content-Type") ?? "").startsWith("application/json")) {
        stopped = response.redirected || response.status < 500;
        throw new Error(response.redirected || response.status === 403 ? "signed out" : "server");
      }
      if (response.ok) watch.told(told);
      answer(response.ok, await response.json());
    } catch (error) {
      dirty = dirty || !quiet;
      form.classList.add("has-failed");
      if (!quiet) say(error.message === "signed out" ? form.dataset.signedOut : form.dataset.failed, true);
      if (!stopped) later(AGAIN);
    } finally {
      running = false;
      if (leaving) leave();
      else if (pressed) form.requestSubmit(pressed);
      else if (dirty && !stopped) later();
    }
  }

  function answer(saved, body) {
    for (const item of items) showErrors(item, saved ? [] : (body.fields?.[item.input.name] ?? []));
    if (saved) {
      form.elements.revision.value = body.revision;
      form.classList.remove("has-failed");
      if (!dirty) say(`${form.dataset.saved} ${body.savedAt}`); // what was typed since is not saved yet
      return;
    }
    const fields = Object.values(body.fields ?? {}).flat();
    say(body.message || fields[0] || form.dataset.failed, true);
    leaving = "";
    form.classList.add("has-failed");
    if (body.code === "invalid") return; // something typed is no mark yet: the next change tries again
    stopped = true; // stale, sealed or closed: nothing more is saved by itself
    if (body.elsewhere) offerBoth(body.elsewhere);
  }

  // ── Another page saved other marks: both are shown, and saving goes on with what the person chooses ────────────────
  const choice = form.querySelector("[data-choice]");

  function offerBoth(other) {
    const word = (value) => (value === undefined ? form.dataset.nothing : value === "n/a" ? form.dataset.na : value);
    for (const item of items) {
      const mine = item.notApplicable?.checked ? "n/a" : item.input.value.trim() || undefined;
      item.box.querySelector(".cw-elsewhere")?.remove();
      if (mine === other.marks[item.code]) continue;
      const line = document.createElement("p");
      line.className = "cw-elsewhere";
      line.textContent = form.dataset.other.replace("{value}", word(other.marks[item.code]));
      item.box.querySelector("[data-error]").after(line);
    }
    const place = form.querySelector("#comment-error");
    place.querySelector(".cw-elsewhere")?.remove();
    if (form.elements.comment.value.trim() !== other.comment) {
      const line = document.createElement("p");
      line.className = "cw-elsewhere";
      line.textContent = form.dataset.other.replace("{value}", other.comment || form.dataset.nothing);
      place.append(line);
    }
    choice.querySelector("[data-choice-text]").textContent = form.dataset.both.replace("{at}", other.savedAt);
    choice.hidden = false;
    for (const button of choice.querySelectorAll("[data-take]")) button.onclick = () => choose(button.dataset.take, other);
    choice.querySelector("[data-take]").focus();
  }

  function choose(whose, other) {
    if (whose === "theirs") {
      for (const item of items) {
        const value = other.marks[item.code];
        if (item.notApplicable) item.notApplicable.checked = value === "n/a";
        item.input.value = value === undefined || value === "n/a" ? "" : value;
      }
      form.elements.comment.value = other.comment;
    }
    for (const line of form.querySelectorAll(".cw-elsewhere")) line.remove();
    form.elements.revision.value = other.revision;
    choice.hidden = true;
    stopped = false;
    dirty = true;
    show();
    save();
  }

  // ── Leaving by a key: what was entered is saved first ─────────────────────────────────────────────────────────────
  let leaving = "";

  function leave() {
    if (running) return;
    if (dirty && !stopped) {
      save();
      return;
    }
    window.location.assign(leaving);
  }
  document.addEventListener("desk:leave", (event) => {
    leaving = event.detail;
    clearTimeout(timer);
    leave();
  });

  // ── Time: while the page is in view and somebody is at work on it; the server bounds it by its own clock ────────────
  const watch = (() => {
    const IDLE = 180000;
    let counted = 0;
    let since = document.hidden ? 0 : performance.now();
    let active = performance.now();
    const playing = () => [...document.querySelectorAll("video")].some((video) => !video.paused);
    function take() {
      const now = performance.now();
      const end = playing() ? now : Math.min(now, active + IDLE);
      if (since && end > since) counted += end - since;
      since = document.hidden ? 0 : now;
    }
    function awake() {
      take();
      active = performance.now();
    }
    for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchstart"]) {
      document.addEventListener(kind, () => { if (performance.now() - active > 1000) awake(); }, { capture: true, passive: true });
    }
    document.addEventListener("visibilitychange", () => { take(); if (!document.hidden) active = performance.now(); });
    return {
      seconds() { take(); return Math.floor(counted / 1000); },
      tell() { const seconds = this.seconds(); form.elements.seconds.value = seconds; return seconds; },
      told(seconds) { counted -= seconds * 1000; },
    };
  })();

  function showErrors(item, errors) {
    const place = item.box.querySelector("[data-error]");
    place.textContent = errors.join(" ");
    place.hidden = !errors.length;
    item.box.querySelector(".cw-crit").classList.toggle("is-wrong", errors.length > 0);
    if (errors.length) item.input.setAttribute("aria-invalid", "true");
    else item.input.removeAttribute("aria-invalid");
  }

  // ── Listening ───────────────────────────────────────────────────────────────────────────────────────────────────
  form.addEventListener("input", () => {
    dirty = true;
    if (!stopped) say(form.dataset.saving);
    show();
    later();
  });
  form.addEventListener("change", () => later(0));
  form.addEventListener("focusin", (event) => {
    const current = event.target.closest("[data-criterion]");
    if (!current) return;
    for (const item of items) item.box.classList.toggle("is-now", item.box === current);
  });
  // Enter in a mark goes on to the next field, not to the next entry.
  form.addEventListener("keydown", (event) => {
    const place = items.findIndex((item) => item.input === event.target);
    if (event.key !== "Enter" || place < 0 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    (items[place + 1]?.input ?? form.elements.comment).focus();
  });
  for (const item of items) {
    item.input.addEventListener("focus", () => item.input.select());
    // A mark replaces “not applicable”, and the other way round.
    item.notApplicable?.addEventListener("change", () => { if (item.notApplicable.checked) item.input.value = ""; show(); });
    item.input.addEventListener("input", () => { if (item.notApplicable && item.input.value) item.notApplicable.checked = false; });
  }
  // A save under way is waited for, so that the form is sent with the revision which that one makes.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (running) {
      event.preventDefault();
      pressed = event.submitter;
      return;
    }
    watch.tell();
    stopped = true;
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
  window.addEventListener("pagehide", () => save(true));

  if (window.matchMedia("(min-width: 992px)").matches && !stopped && !document.querySelector(".cs-errors")) {
    items.find((item) => item.box.classList.contains("is-now"))?.input.focus({ preventScroll: true });
  }
  document.querySelector(".cw-queue .is-now")?.scrollIntoView({ block: "nearest" });
  show();
})();
