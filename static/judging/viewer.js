// The document viewer: one part of the material at a time, its pages as small pictures, turning and enlarging.
// Without this script all parts stand below each other and the tabs are links to them.
(() => {
  "use strict";
  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  const wide = window.matchMedia("(min-width: 992px)");
  const panels = [...viewer.querySelectorAll("[data-panel]")];
  const tabs = [...viewer.querySelectorAll("[data-part]")];
  const tools = viewer.querySelector("[data-tools]");
  const where = viewer.querySelector("[data-where]");
  const STEPS = [70, 85, 100, 125, 150, 200];
  let zoom = 2;
  let shown = panels[0];
  viewer.classList.add("is-live");
  tools.hidden = false;

  const pages = (panel = shown) => [...panel.querySelectorAll("[data-page]")];
  const well = () => shown.querySelector("[data-well]");
  const scroller = () => (wide.matches ? well() : document.scrollingElement);

  function show(name) {
    const panel = panels.find((one) => one.id === name);
    if (!panel) return;
    shown.querySelector("video")?.pause();
    shown = panel;
    for (const one of panels) one.classList.toggle("is-shown", one === panel);
    for (const tab of tabs) {
      tab.classList.toggle("is-here", tab.dataset.part === name);
      if (tab.dataset.part === name) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
    drawThumbs(panel);
    say();
  }

  // The small pictures are the same files as the large ones, so they are made here and cost no bytes of the page.
  function drawThumbs(panel) {
    const place = panel.querySelector("[data-thumbs]");
    if (!place || place.childElementCount) return;
    pages(panel).forEach((page, number) => {
      const button = document.createElement("button");
      const picture = document.createElement("img");
      button.type = "button";
      button.setAttribute("aria-label", page.alt);
      picture.src = page.src;
      picture.alt = "";
      picture.loading = "lazy";
      button.append(String(number + 1), picture);
      button.addEventListener("click", () => turnTo(number));
      place.append(button);
    });
  }

  // The page at the top of what is in view.
  function current() {
    const top = (wide.matches ? well().getBoundingClientRect().top : 48) + 60;
    const all = pages();
    const found = all.findLastIndex((page) => page.getBoundingClientRect().top <= top);
    return Math.max(0, found);
  }

  function say() {
    const all = pages();
    const here = current();
    where.textContent = all.length ? `${here + 1} / ${all.length}` : "";
    tools.classList.toggle("is-idle", all.length < 2);
    shown.querySelectorAll("[data-thumbs] button").forEach((button, number) => {
      const isHere = number === here;
      if (isHere && !button.classList.contains("is-here") && wide.matches) button.scrollIntoView({ block: "nearest" });
      button.classList.toggle("is-here", isHere);
    });
    shown.querySelectorAll(".cw-doc-sections a").forEach((link, number) => link.classList.toggle("is-here", number === here));
  }

  function turnTo(number) {
    const all = pages();
    const page = all[Math.max(0, Math.min(all.length - 1, number))];
    if (!page) return;
    if (wide.matches) {
      const box = well();
      box.scrollTo({ top: box.scrollTop + page.getBoundingClientRect().top - box.getBoundingClientRect().top - 16, behavior: "instant" });
    } else page.scrollIntoView();
    say();
  }

  // One page on; after the last page of a part comes the next part.
  function step(by) {
    const all = pages();
    const next = current() + by;
    if (next >= 0 && next < all.length) {
      turnTo(next);
      return;
    }
    const part = panels[panels.indexOf(shown) + by];
    if (!part) return;
    show(part.id);
    turnTo(by > 0 ? 0 : pages().length - 1);
  }

  function enlarge(by) {
    zoom = Math.max(0, Math.min(STEPS.length - 1, zoom + by));
    viewer.style.setProperty("--cw-zoom", STEPS[zoom] / 100);
  }

  // A film whose copy for judges is still being made: said so, and asked for again until it is there.
  async function whenReady(film, waited = false) {
    const answer = await fetch(film.src, { method: "HEAD" }).catch(() => null);
    const coming = answer?.status === 503;
    film.nextElementSibling.hidden = !coming;
    if (coming) setTimeout(() => whenReady(film, true), 1000 * answer.headers.get("Retry-After"));
    else if (waited) film.load();
  }
  for (const film of viewer.querySelectorAll("video")) film.addEventListener("error", () => whenReady(film));

  for (const tab of tabs) {
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      show(tab.dataset.part);
      if (!wide.matches) viewer.querySelector(".cw-doc-bar").scrollIntoView();
      else well().scrollTop = 0;
    });
  }
  for (const button of tools.querySelectorAll("[data-step]")) button.addEventListener("click", () => step(Number(button.dataset.step)));
  for (const button of tools.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => enlarge(Number(button.dataset.zoom)));
  let waiting = false;
  viewer.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; say(); });
  }, { capture: true, passive: true });
  document.addEventListener("desk:page", (event) => step(event.detail));
  document.addEventListener("desk:read", () => well().focus({ preventScroll: true }));
  show(panels.find((panel) => `#${panel.id}` === window.location.hash)?.id ?? panels[0].id);
})();
