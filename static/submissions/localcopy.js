// The local copy: what was typed and is not yet known to be on the server, kept in this browser by person and entry.
// A copy is taken away when the server has the text, when the person signs out (portal/signout.js), and after a month.
(() => {
  "use strict";
  const PREFIX = "chengshu:draft:";
  const MONTH = 30 * 24 * 60 * 60 * 1000;

  // A browser may refuse to store (private windows, a full disk): then there is no local copy, and the rest works.
  const attempt = (act) => { try { return act(); } catch { return null; } };

  class LocalCopy {
    constructor(user, entry) {
      this.key = `${PREFIX}${user}:${entry}`;
      attempt(() => {
        for (const key of Object.keys(localStorage)) {
          if (key.startsWith(PREFIX) && !(JSON.parse(localStorage.getItem(key))?.at > Date.now() - MONTH)) localStorage.removeItem(key);
        }
      });
    }

    read() {
      return attempt(() => JSON.parse(localStorage.getItem(this.key)))?.answers ?? {};
    }

    // `values` are the names and values of the controls, `seen` the mark of what the person was shown.
    keep(question, values, seen) {
      this.write({ ...this.read(), [question]: { values, seen } });
    }

    drop(question) {
      const { [question]: _gone, ...answers } = this.read();
      this.write(answers);
    }

    write(answers) {
      attempt(() => {
        if (Object.keys(answers).length) localStorage.setItem(this.key, JSON.stringify({ at: Date.now(), answers }));
        else localStorage.removeItem(this.key);
      });
    }
  }

  window.chengshu = { ...window.chengshu, LocalCopy };
})();
