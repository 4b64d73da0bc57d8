// Keys of the desk. Single keys can be switched off in the help (?), for this browser; with Ctrl they always work.
(() => {
  "use strict";
  const form = document.querySelector("[data-desk]");
  const help = document.getElementById("desk-help");
  if (!form || !help) return;
  const STORED = "desk-single-keys";
  const toggle = help.querySelector("[data-single-keys]");
  const opener = document.querySelector("[data-help]");
  const marks = [...form.querySelectorAll(".cw-mark")];

  function stored() {
    try { return window.localStorage.getItem(STORED); } catch { return null; }
  }
  toggle.checked = stored() !== "off";
  document.body.classList.toggle("has-keys", toggle.checked);
  toggle.addEventListener("change", () => {
    document.body.classList.toggle("has-keys", toggle.checked);
    try { window.localStorage.setItem(STORED, toggle.checked ? "on" : "off"); } catch { /* it holds until the page is left */ }
  });
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  help.querySelector("[data-close]").addEventListener("click", () => help.close());

  function go(way) {
    const link = document.querySelector(`[data-go="${way}"]`);
    if (link) document.dispatchEvent(new CustomEvent("desk:leave", { detail: link.href }));
  }

  function next() {
    const button = form.querySelector(".cw-foot-next");
    if (button instanceof HTMLButtonElement) form.requestSubmit(button);
    else button?.click();
  }

  // What a key means where it is pressed: digits are marks inside a mark; in the comment every key is text.
  const single = {
    j: () => go("following"),
    k: () => go("previous"),
    "[": () => document.dispatchEvent(new CustomEvent("desk:page", { detail: -1 })),
    "]": () => document.dispatchEvent(new CustomEvent("desk:page", { detail: 1 })),
    "【": () => document.dispatchEvent(new CustomEvent("desk:page", { detail: -1 })),
    "】": () => document.dispatchEvent(new CustomEvent("desk:page", { detail: 1 })),
    "?": () => help.showModal(),
    "？": () => help.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (help.open || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      next();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const inMark = target instanceof HTMLElement && target.classList.contains("cw-mark");
    if (event.key === "Escape" && (inMark || target === form.elements.comment)) {
      document.dispatchEvent(new CustomEvent("desk:read"));
      return;
    }
    const isWriting = !inMark && target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || (target.tagName === "INPUT" && target.type !== "checkbox"));
    if (!toggle.checked || isWriting) return;
    const action = single[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (action) {
      event.preventDefault();
      action();
    } else if (!inMark && /^[1-9]$/.test(event.key) && marks[Number(event.key) - 1]) {
      event.preventDefault();
      marks[Number(event.key) - 1].focus();
    }
  });
})();
