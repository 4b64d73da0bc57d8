// Keeps a page of a roadshow true: the wall, the host's console, a judge's tablet.
// It hears that something has changed through server-sent events, or by asking once a second where none are to be had, and
// then fetches its own part anew: the server draws, and decides who sees what. The clock counts on from what the server said.
(() => {
  "use strict";
  const place = document.querySelector("[data-live]");
  if (!place) return;
  const EVERY = 1000, PATIENCE = 15000;
  let version = place.dataset.version, etag = "", fetching = false, again = false, heard = 0, opened = Date.now();
  const two = (n) => String(n).padStart(2, "0");

  function tick() {
    for (const clock of place.querySelectorAll("[data-clock]")) {
      const ran = "running" in clock.dataset ? Date.now() - opened : 0;
      const rest = Number(clock.dataset.length) - Number(clock.dataset.elapsed) - ran;
      const seconds = rest > 0 ? Math.ceil(rest / 1000) : Math.floor(-rest / 1000);
      const text = `${rest >= 0 ? "" : "+"}${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
      if (clock.textContent !== text) clock.textContent = text;
      clock.classList.toggle("is-over", rest < 0);
    }
  }

  // What a judge has typed is never taken away: only the line with the clock is renewed, and a word says so.
  const isTyped = () => [...place.querySelectorAll("[data-marks] input, [data-marks] textarea")]
    .some((box) => (box.type === "checkbox" ? box.checked !== box.defaultChecked : box.value !== box.defaultValue));

  async function renew() {
    // What is being fetched may be older than the change that was just heard of: it is fetched once more.
    if (fetching) { again = true; return; }
    fetching = true;
    again = false;
    try {
      const url = new URL(location.href);
      url.searchParams.set("part", "1");
      const response = await fetch(url, { credentials: "same-origin" });
      if (!response.ok || response.redirected) { heard = 0; return; }
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      const part = fresh.querySelector("[data-part]"), old = place.querySelector("[data-part]");
      if (!part || !old) return;
      if ("whole" in place.dataset) {
        const form = place.querySelector("[data-marks]"), next = fresh.querySelector("[data-marks]");
        const name = "[name=assignment]";
        const forms = form ? next && form.querySelector(name).value === next.querySelector(name).value : !next;
        const same = forms && fresh.querySelector("h1").textContent === document.querySelector("h1").textContent;
        if (!same && isTyped()) place.querySelector("[data-moved]").hidden = false;
        else if (!same) { location.reload(); return; }
      }
      if ("still" in old.dataset && old.contains(document.activeElement)) return;
      old.replaceWith(document.importNode(part, true));
      version = part.dataset.version;
      opened = Date.now();
      tick();
    } catch { heard = 0; /* the next second asks again */ } finally {
      fetching = false;
      if (again) renew();
    }
  }

  function hear(fresh) {
    heard = Date.now();
    if (fresh && fresh !== version) renew();
  }

  async function ask() {
    if (Date.now() - heard < PATIENCE || document.hidden) return;
    try {
      const response = await fetch(place.dataset.state, { headers: etag ? { "If-None-Match": etag } : {} });
      if (response.status === 200) {
        etag = response.headers.get("ETag") || "";
        const { version: fresh } = await response.json();
        if (fresh !== version) renew();
      } else if (response.status === 304 && etag && etag !== `"${version}"`) renew();
    } catch { /* the connection is away: the next second asks again */ }
  }

  // The wall alone holds a stream: it is what everybody looks at, and streams are few.
  if ("EventSource" in window && document.body.classList.contains("cw-wall")) {
    const events = new EventSource(place.dataset.events);
    events.onmessage = (message) => hear(JSON.parse(message.data).version);
    events.onerror = () => { heard = 0; };
  }
  tick();
  setInterval(tick, 200);
  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { heard = 0; ask(); } });
})();
