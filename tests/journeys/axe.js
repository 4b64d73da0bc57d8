// What axe-core finds on the page that is open, as lines of text. Colours hang on the element's look and its ancestors' alone,
// and asking for them costs more than all other rules together: so a look that was judged before, in the same theme, is not
// judged again. `seen` holds these looks; the answer names the new ones.
async ({ theme, colours, rest, seen }) => {
    const known = new Set(seen);
    const fresh = new Set();
    const looks = new Map();
    // What changes a colour: the kind of element, its classes (the administration writes names of things into some), its state.
    const names = /^(app|model|field|column|dynamic)-/;
    const states = [
        "type", "role", "open", "disabled", "hidden", "style", "aria-current", "aria-selected", "aria-invalid",
        "aria-disabled", "aria-expanded", "aria-pressed", "aria-checked", "data-state", "data-status", "data-theme", "data-care",
    ];
    const digest = (text) => {
        let [a, b] = [0xdeadbeef, 0x41c6ce57];
        for (let i = 0; i < text.length; i++) {
            const code = text.charCodeAt(i);
            a = Math.imul(a ^ code, 2654435761);
            b = Math.imul(b ^ code, 1597334677);
        }
        return (a >>> 0).toString(36) + (b >>> 0).toString(36);
    };
    const lookOf = (element) => {
        if (!element) return theme;
        let look = looks.get(element);
        if (look === undefined) {
            const classes = [...element.classList].filter((name) => !names.test(name)).sort();
            const state = states.map((name) => element.getAttribute(name) ?? "-");
            const checked = element.checked ? "checked" : "";
            look = digest([lookOf(element.parentElement), element.tagName, ...classes, ...state, checked].join("|"));
            looks.set(element, look);
        }
        return look;
    };
    const strange = [];
    for (const element of document.body.querySelectorAll("*")) {
        const look = lookOf(element);
        if (known.has(look)) continue;
        known.add(look);
        fresh.add(look);
        strange.push(element);
    }
    const faults = (found) => [
        ...found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help} — ${node.target.join(" ")}`)),
        // Axe leaves letters in the very colour of what is behind them to a person's judgement; here they are a fault.
        ...found.incomplete.flatMap((rule) =>
            rule.nodes
                .filter((node) => node.any.some((check) => check.data?.messageKey === "equalRatio"))
                .map((node) => `${rule.id}: invisible — ${node.target.join(" ")}`),
        ),
    ];
    // The style sheets need not be fetched and parsed beforehand: only sound and film are looked at that way.
    const options = { resultTypes: ["violations", "incomplete"], preload: { assets: ["media"] } };
    const lines = [];
    if (rest) {
        const rules = Object.fromEntries(colours.map((rule) => [rule, { enabled: false }]));
        lines.push(...faults(await axe.run({ ...options, rules })));
    }
    if (strange.length) {
        lines.push(...faults(await axe.run({ include: strange }, { ...options, runOnly: { type: "rule", values: colours } })));
    }
    return { lines, fresh: [...fresh] };
}
