// Saves each answer of the form on its own: when one leaves it, and every few seconds while one types. The server compares
// with what this page showed (`seen-…`), so that nothing of another tab or person is overwritten; what both wrote then
// comes back as a block with both texts. Until the server has a text, a local copy keeps it.
(() => {
  "use strict";
  const form = document.querySelector("[data-autosave]");
  if (!form) return;
  const PAUSE = 3000; // while one types
  const AGAIN = 5000; // after a failure
  const words = form.dataset;
  const status = document.querySelector("[data-status]");
  const notice = document.querySelector("[data-local]");
  const copy = new window.chengshu.LocalCopy(words.user, words.entry);
  const OF_THE_MOMENT = /^(seen|compared|choice)-/;
  let timer = 0;
  let sending = null; // the promise of the save under way
  let isWaiting = false; // for another try
  let stopped = false; // signed out, out of date or refused: this page saves no more
  let wasRefused = false;

  // ── One question ────────────────────────────────────────────────────────────────────────────────────────────────
  class Question {
    constructor(block) {
      this.block = block;
      this.name = block.dataset.name;
      this.id = block.dataset.question || "title"; // two sections may have questions of the same name
      this.known = this.text(); // what the server has, or was refused for good
      this.unanswered = []; // texts that were sent and not answered: the server may have them
    }

    controls() {
      return [...this.block.querySelectorAll("[name]")].filter((control) => !control.disabled);
    }

    pairs(ofTheMoment = false) {
      return this.controls()
        .filter((control) => !["checkbox", "radio"].includes(control.type) || control.checked)
        .filter((control) => ofTheMoment || !OF_THE_MOMENT.test(control.name))
        .map((control) => [control.name, control.value]);
    }

    text() {
      return JSON.stringify(this.pairs());
    }

    get seen() {
      return this.block.querySelector(`[name="seen-${this.name}"]`);
    }

    get isInConflict() {
      return Boolean(this.block.querySelector(".cs-conflict"));
    }

    get hasChosen() {
      return Boolean(this.block.querySelector(`[name="choice-${this.name}"]:checked`));
    }

    get wantsSaving() {
      return this.isInConflict ? this.hasChosen : this.text() !== this.known;
    }

    // What stands in a control that one types into.
    get typed() {
      return ["checkbox", "radio"].includes(this.main.type) ? null : this.main.value.trim();
    }

    get main() {
      return this.block.querySelector(`[name="${this.name}"]`);
    }

    fill(values) {
      for (const control of this.controls().filter((one) => !OF_THE_MOMENT.test(one.name))) {
        const given = values.filter(([name]) => name === control.name).map(([, value]) => value);
        if (["checkbox", "radio"].includes(control.type)) control.checked = given.includes(control.value);
        else if (given.length) control.value = given[0];
        control.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }

    // The line under the control, where there is one: when the server got this text, or that it has not got it yet.
    mark(savedAt = "") {
      const line = form.querySelector(`[data-saved="id_${CSS.escape(this.name)}"]`);
      if (!line) return;
      const isSaved = this.text() === this.known;
      if (savedAt) this.savedWords = `${words.saved} ${savedAt}`;
      else this.savedWords ??= line.textContent.trim();
      line.replaceChildren(...line.querySelectorAll("svg"), isSaved ? this.savedWords : words.unsaved);
      line.classList.toggle("is-unsaved", !isSaved);
    }

    // The server's drawing of this question; the cursor stays where it was.
    replace(html) {
      const active = this.block.contains(document.activeElement) ? document.activeElement : null;
      const [id, from, to] = active ? [active.id, active.selectionStart, active.selectionEnd] : [];
      const block = new DOMParser().parseFromString(html, "text/html").querySelector("[data-question]");
      this.block.replaceWith(block);
      this.block = block;
      const again = id && document.getElementById(id);
      if (!again) return;
      again.focus({ preventScroll: true });
      if (from !== undefined && from !== null) again.setSelectionRange(from, to);
    }

    say(problem) {
      const field = this.block.querySelector(".cs-field");
      if (!field || this.isInConflict) return;
      for (const old of field.querySelectorAll(".cs-error")) old.remove();
      field.classList.toggle("is-wrong", Boolean(problem));
      for (const control of field.querySelectorAll(`[name="${this.name}"]`)) {
        control.classList.toggle("is-invalid", Boolean(problem));
        if (problem) control.setAttribute("aria-invalid", "true");
        else control.removeAttribute("aria-invalid");
      }
      if (!problem) return;
      const line = document.querySelector("[data-error]").content.firstElementChild.cloneNode(true);
      line.querySelector("span").append(problem);
      (this.main.closest(".cs-checks, .input-group") ?? this.main).before(line);
    }
  }

  const questions = new Map(
    [...form.querySelectorAll("[data-question]")].map((block) => [block.dataset.name, new Question(block)]),
  );
  const questionOf = (element) => questions.get(element.closest("[data-question]")?.dataset.name);

  // ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────
  // The cookie outlives this page: after a new sign-in in another tab the token of the page is no longer good.
  function token() {
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    return cookie ? cookie.slice("csrftoken=".length) : form.elements.csrfmiddlewaretoken.value;
  }

  async function send(question) {
    const sent = question.text();
    const body = new URLSearchParams(question.pairs(true));
    body.set("question", question.block.dataset.question);
    body.set("as", words.user);
    question.unanswered.push(question.typed);
    let response;
    try {
      response = await fetch(words.autosave, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-CSRFToken": token() },
        credentials: "same-origin",
        keepalive: document.visibilityState === "hidden",
      });
    } catch {
      return "offline";
    }
    const isJson = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
    if (!isJson) return response.status >= 500 ? "offline" : "reload";
    const answer = await response.json();
    return take(question, sent, answer);
  }

  function take(question, sent, answer) {
    if (answer.state === "saved") {
      question.unanswered = [];
      question.known = sent;
      if (answer.html) {
        const typed = question.text() === sent ? null : question.pairs();
        question.replace(answer.html);
        question.known = question.text();
        if (typed) question.fill(typed);
      } else {
        question.seen.value = answer.seen;
        if (!question.block.contains(document.activeElement) || !answer.problem) question.say(answer.problem);
      }
      if (question.text() === question.known) copy.drop(question.id);
      else copy.keep(question.id, question.pairs(), question.seen.value);
      question.mark(answer.savedAt);
      return ["saved", answer.savedAt];
    }
    if (answer.state === "conflict") {
      const typed = question.pairs();
      const isOurs = Boolean(answer.theirs) && question.unanswered.slice(0, -1).includes(answer.theirs.trim());
      question.replace(answer.html);
      question.fill(typed);
      if (isOurs) {
        // A save of this very tab that the server took and could not answer: nobody else wrote anything.
        question.block.querySelector(`[name="choice-${question.name}"][value="mine"]`).checked = true;
        return "again";
      }
      copy.keep(question.id, typed, question.seen.value);
      return "conflict";
    }
    if (answer.state === "unkept") {
      question.known = sent; // the server said why; the next change tries again, and the local copy keeps it
      question.say(answer.problem);
      return ["message", answer.problem];
    }
    if (answer.state === "refused") return ["refused", answer.message];
    return answer.state; // signed_out, busy
  }

  // ── The line at the head ────────────────────────────────────────────────────────────────────────────────────────
  function show(text, kind = "") {
    if (!status) return;
    const line = status.querySelector("span");
    if (line.textContent !== text) line.textContent = text;
    status.classList.toggle("is-failed", kind === "failed");
    status.classList.toggle("is-busy", kind === "busy");
  }

  function announce(text, ...links) {
    const line = document.createElement("p");
    line.textContent = text;
    notice.replaceChildren(line, ...links);
    notice.hidden = false;
  }

  function signIn(look = "") {
    const anchor = document.createElement("a");
    anchor.className = look;
    anchor.href = words.signIn;
    anchor.textContent = words.signInWords;
    return anchor;
  }

  // Returns false where going on makes no sense for now.
  function tell(outcome) {
    const [state, text] = Array.isArray(outcome) ? outcome : [outcome];
    if (state === "saved") show(`${words.saved} ${text}`);
    else if (state === "conflict") show(words.conflict, "failed");
    else if (state === "message") show(text, "failed");
    else if (state === "offline" || state === "busy") show(words.offline, "failed");
    else if (state === "signed_out") {
      show(words.signedOut, "failed");
      status.append(signIn());
      announce(words.signedOut, signIn("btn btn-primary"));
    } else if (state === "reload") {
      show(words.reload, "failed");
      announce(words.reload);
    } else if (state === "refused") {
      show(text, "failed");
      announce(text);
      wasRefused = true;
    }
    if (["signed_out", "reload", "refused"].includes(state)) stopped = true;
    else if (state !== "offline" && state !== "busy" && state !== "message" && !notice.dataset.keep) notice.hidden = true;
    return !["offline", "busy", "signed_out", "reload", "refused"].includes(state);
  }

  // ── One after the other ─────────────────────────────────────────────────────────────────────────────────────────
  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  }

  // Saves everything that waits; resolves to whether all of it is on the server.
  function save() {
    clearTimeout(timer);
    isWaiting = false;
    sending ??= saveAll().finally(() => { sending = null; });
    return sending;
  }

  async function saveAll() {
    const tried = new Set();
    for (;;) {
      const question = [...questions.values()].find((one) => one.wantsSaving && !tried.has(`${one.name} ${one.text()}`));
      if (!question || stopped) break;
      tried.add(`${question.name} ${question.text()}`);
      show(words.saving, "busy");
      const outcome = await send(question);
      if (outcome === "again") {
        tried.delete(`${question.name} ${question.text()}`);
        continue;
      }
      if (!tell(outcome)) {
        if (!stopped) later(AGAIN);
        isWaiting = !stopped;
        return false;
      }
    }
    return !stopped && ![...questions.values()].some((one) => one.isInConflict || one.wantsSaving);
  }

  // ── Listening ───────────────────────────────────────────────────────────────────────────────────────────────────
  form.addEventListener("input", (event) => {
    const question = questionOf(event.target);
    if (!question || !event.isTrusted) return;
    if (question.text() === question.known) copy.drop(question.id);
    else copy.keep(question.id, question.pairs(), question.seen.value);
    question.mark();
  });
  form.addEventListener("change", () => later(0));
  form.addEventListener("focusout", () => later(0));
  setInterval(() => { if (!isWaiting) save(); }, PAUSE);
  addEventListener("online", () => later(0));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });

  // Who types need not reach for the button. (A Mac has ⌘ for Ctrl.)
  const keys = form.querySelector("[data-keys]");
  if (keys) {
    keys.hidden = false;
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.repeat) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("button.btn-primary"));
    });
  }

  // The button goes on only when everything that was typed is on the server: a page that cannot be reached loses nothing.
  let isThrough = false;
  form.addEventListener("submit", async (event) => {
    if (isThrough) return;
    event.preventDefault();
    const pressed = event.submitter;
    const isSaved = await save();
    const isForTheServer = wasRefused || [...questions.values()].some((one) => one.isInConflict); // its page says why
    if (!isSaved && !isForTheServer) return;
    // Not within this event: where nothing waited to be saved it is still under way, and a form is not sent twice at once.
    setTimeout(() => {
      isThrough = true;
      form.requestSubmit(pressed);
    });
  });
  addEventListener("pageshow", () => { isThrough = false; });

  // ── Coming back ─────────────────────────────────────────────────────────────────────────────────────────────────
  let isBack = false;
  const kept = copy.read();
  for (const question of questions.values()) {
    if (!(question.id in kept)) continue;
    const { values, seen } = kept[question.id];
    if (JSON.stringify(values) === question.text()) {
      copy.drop(question.id);
      continue;
    }
    question.fill(values);
    question.mark();
    question.seen.value = seen;
    isBack = true;
  }
  if (isBack) {
    announce(words.restored);
    notice.dataset.keep = "1";
    later(0);
  }
})();
