// Sends files piece by piece: progress, pause, going on after a lost connection or a reload. Without it the form is sent
// whole. A wrong format or size is refused before anything is sent; the server looks again at both, and at the content.
(() => {
  "use strict";
  const words = document.querySelector("[data-upload-words]")?.dataset;
  const summary = document.querySelector("[data-upload-summary]");
  const running = new Set();
  let arrived = false;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const megabytes = (bytes) => (bytes / 1048576).toFixed(1);

  // The cookie outlives this page: after a new sign-in in another tab the token of the page is no longer good.
  function token() {
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    return cookie ? cookie.slice("csrftoken=".length) : document.querySelector('[name="csrfmiddlewaretoken"]').value;
  }

  // Kept under the person's draft and the place in it, so that the same file goes on where it stopped.
  const fingerprint = (form) => async (file) =>
    [form.dataset.transfers, form.dataset.wanted, file.name, file.size, file.lastModified].join("|");

  function refusalIn(error) {
    const response = error.originalResponse;
    if (!response) return null;
    try {
      return JSON.parse(response.getBody());
    } catch {
      return null;
    }
  }

  for (const form of document.querySelectorAll("[data-upload]")) {
    const field = form.querySelector('input[type="file"]');
    const errors = form.querySelector("[data-upload-error]");
    const button = form.querySelector("[data-upload-send]");
    const panel = form.querySelector("[data-upload-panel]");
    const part = (name) => panel.querySelector(`[data-upload-${name}]`);
    let upload = null;
    let quarter = 0;
    let signedOut = false;

    // Only what may be different the next time: a broken line, a busy server, an offset that another tab moved.
    function mayPass(error) {
      const status = error.originalResponse?.getStatus() ?? 0;
      return !signedOut && navigator.onLine && (status === 0 || status >= 500 || refusalIn(error)?.code === "stale");
    }

    function wrong(file) {
      const name = file.name.toLowerCase();
      if (!form.dataset.accept.split(",").some((end) => name.endsWith(end))) return form.dataset.wrongKind;
      if (file.size === 0) return form.dataset.empty;
      if (file.size > Number(form.dataset.most)) return form.dataset.tooLarge;
      return "";
    }

    // Beside the field and in the summary at the top, as a page from the server has it.
    function say(text) {
      errors.replaceChildren();
      field.classList.toggle("is-invalid", Boolean(text));
      form.classList.toggle("is-wrong", Boolean(text));
      if (summary) summary.hidden = !text;
      if (!text) return;
      const line = document.createElement("p"), words = document.createElement("span");
      line.className = "cs-error";
      words.textContent = text;
      line.append(words);
      errors.append(line);
      if (!summary) return;
      line.prepend(summary.querySelector("svg").cloneNode(true));
      const link = summary.querySelector("a");
      link.hash = field.id;
      link.textContent = text;
      summary.focus();
    }

    // What a screen reader hears: beginnings, ends and quarters, not every piece.
    const announce = (text) => { part("said").textContent = text; };

    function show(state) {
      panel.hidden = state === "idle";
      button.disabled = field.disabled = state === "sending";
      part("pause").hidden = state !== "sending";
      part("go-on").hidden = state !== "paused";
      part("stop").hidden = state === "done";
      if (state === "sending") running.add(form); else running.delete(form);
    }

    function progress(sent, size) {
      const percent = Math.floor((sent * 100) / size);
      part("bar").value = percent;
      part("figures").textContent = fill(words.sending, { sent: megabytes(sent), size: megabytes(size), percent });
      const reached = Math.floor(percent / 25);
      if (quarter >= 0 && reached > quarter) announce(part("figures").textContent);
      quarter = Math.max(quarter, reached);
    }

    function failed(error) {
      const refusal = refusalIn(error);
      if (refusal && refusal.code !== "stale") {
        show("idle");
        say(refusal.message);
        field.focus();
        return;
      }
      show("paused");
      say(signedOut ? words.signedOut : words.broken);
    }

    function finished() {
      show("done");
      progress(1, 1);
      announce(words.done);
      arrived = true;
      if (running.size === 0) location.reload();
    }

    async function start() {
      const file = field.files[0];
      say("");
      quarter = -1;
      upload = new tus.Upload(file, {
        endpoint: form.dataset.transfers,
        onBeforeRequest: (request) => request.setHeader("X-CSRFToken", token()),
        metadata: { filename: file.name, wanted: form.dataset.wanted, replaces: form.elements.replaces.value },
        chunkSize: Number(form.dataset.piece),
        retryDelays: [0, 1000, 3000, 5000, 10000, 20000],
        fingerprint: fingerprint(form),
        removeFingerprintOnSuccess: true,
        onShouldRetry: mayPass,
        // Whoever is signed out goes on after signing in: the client must not take this for the end of the upload.
        onAfterResponse: (_request, response) => {
          signedOut = response.getStatus() === 401;
          if (signedOut) throw new Error("signed out");
        },
        onProgress: progress,
        onError: failed,
        onSuccess: finished,
      });
      show("sending");
      for (const note of form.parentElement.querySelectorAll("[data-upload-unfinished]"))
        if (note.dataset.uploadUnfinished === file.name) note.hidden = true;
      const [previous] = await upload.findPreviousUploads();
      if (previous) upload.resumeFromPreviousUpload(previous);
      else progress(0, file.size);
      announce(previous ? words.goingOn : words.begun);
      upload.start();
    }

    function goOn() {
      say("");
      show("sending");
      announce(words.goingOn);
      upload.start();
    }

    field.addEventListener("change", () => {
      say(field.files.length ? wrong(field.files[0]) : "");
      if (upload && !running.has(form)) show("idle");
      // Where nothing stands yet there is nothing to replace: choosing is sending. What is there is replaced by the button.
      const isFirst = field.files.length && !form.elements.replaces.value && window.tus?.isSupported;
      if (isFirst && !running.has(form) && !wrong(field.files[0])) form.requestSubmit();
    });

    form.addEventListener("submit", (event) => {
      const problem = field.files.length ? wrong(field.files[0]) : form.dataset.noFile;
      if (problem) {
        event.preventDefault();
        say(problem);
        field.focus();
        return;
      }
      if (!window.tus?.isSupported) {
        button.disabled = true;
        setTimeout(() => { button.disabled = false; }, 4000); // should the way be broken, one may press again
        return;
      }
      event.preventDefault();
      start();
      part("pause").focus();
    });

    part("pause").addEventListener("click", async () => {
      await upload.abort();
      show("paused");
      announce(words.paused);
      part("go-on").focus();
    });
    part("go-on").addEventListener("click", () => {
      goOn();
      part("pause").focus();
    });
    part("stop").addEventListener("click", async () => {
      try {
        await upload.abort(true);
      } catch {
        // The line is down: the server gives it up by itself.
      }
      show("idle");
      announce(words.stopped);
      field.focus();
    });
    addEventListener("online", () => { if (upload && !panel.hidden && !part("go-on").hidden && errors.firstChild) goOn(); });
  }

  addEventListener("beforeunload", (event) => { if (running.size && !arrived) event.preventDefault(); });
})();
