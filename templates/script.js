// Adds to a page that reads without it: controls are made here, so that none is dead where this does not run.
(() => {
"use strict";
const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const press = (properties, act, ...children) => {
  const button = make("button", { type: "button", ...properties }, ...children);
  button.addEventListener("click", act);
  return button;
};

// Where a browser keeps nothing, a choice lasts as long as the page.
const recall = key => { try { return localStorage.getItem("contexta." + key); } catch {} };
const remember = (key, value) => { try { localStorage.setItem("contexta." + key, value); } catch {} };

// A button that goes through named choices, the first until another was made.
const choice = (label, key, choices, apply) => {
  const names = Object.keys(choices), sign = make("span", { ariaHidden: "true" }), word = make("span", { className: "word" });
  let now = Math.max(0, names.indexOf(recall(key)));
  const show = () => {
    [sign.textContent, word.textContent] = choices[names[now]];
    button.title = button.ariaLabel = `${label}: ${word.textContent}`;
    apply(names[now]);
  };
  const button = press({}, () => {
    now = (now + 1) % names.length;
    remember(key, names[now]);
    show();
  }, sign, word);
  show();
  return button;
};

// theme: at once, before anything is painted

const THEMES = { auto: ["\u25d0", "Auto"], light: ["\u263c", "Light"], dark: ["\u263e", "Dark"] };
const shade = name => name === "auto" ? root.removeAttribute("data-theme") : root.setAttribute("data-theme", name);
const shaded = recall("theme");
if (shaded in THEMES) shade(shaded);

// times

const times = () => {
  const found = all("time[datetime]").map(time => [time, time.textContent, new Date(time.dateTime)]).filter(([, , date]) => !isNaN(date));
  const local = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "long" }); // 2026-10-01 08:12:56 GMT+2
  let shown = "utc";
  return choice("Times", "times", { utc: ["\u25f7", "UTC"], local: ["\u25f7", "Local"] }, name => {
    if (name === shown) return;
    shown = name;
    const here = name === "local", zone = here ? `local (${local.resolvedOptions().timeZone})` : "UTC";
    for (const [time, utc, date] of found) time.textContent = here ? local.format(date) : utc;
    for (const said of all(".zone")) said.textContent = zone;
  });
};

// sections: the contents follow the reader

const sections = () => {
  const target = link => document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const parts = all(".contents a[href^='#']").map(link => [link, target(link)]).filter(([, heading]) => heading);
  let now = -1, gone = -1;
  const mark = () => {
    const end = scrollY + innerHeight >= root.scrollHeight - 2 && scrollY > 0;
    const passed = parts.filter(([, heading]) => heading.getBoundingClientRect().top < 160).length - 1;
    const next = gone >= 0 ? gone : end ? parts.length - 1 : scrollY ? Math.max(0, passed) : 0;
    if (next === now) return;
    if (parts[now]) parts[now][0].ariaCurrent = null;
    now = next;
    const [link] = parts[now], list = link.closest("ul");
    link.ariaCurrent = "location";
    list.scrollLeft = link.offsetLeft - list.offsetLeft - (list.clientWidth - link.clientWidth) / 2;
  };
  const arrive = () => {
    gone = parts.findIndex(([link]) => link.hash === location.hash);
    mark();
  };
  if (!parts.length) return () => {};
  // A section that was gone to is where the reader is until they scroll, though it may be too near the end to reach the top.
  for (const name of ["wheel", "touchmove", "pointerdown"]) addEventListener(name, () => { gone = -1; }, { passive: true });
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  addEventListener("resize", mark);
  addEventListener("hashchange", arrive);
  arrive();
  return step => {
    gone = Math.min(parts.length - 1, Math.max(0, now + step));
    const heading = parts[gone][1];
    heading.scrollIntoView();
    heading.querySelector("a")?.focus({ preventScroll: true });
    mark();
  };
};

// tables: sort and filter, kept in the address

const asked = new URLSearchParams(location.search);
const note = (name, value) => {
  const address = new URL(location);
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  try { history.replaceState(null, "", address); } catch {} // some addresses may not change
};

// What a cell is sorted by: its machine value, the number that it shows, its moment, or its text. Nothing comes last.
const value = (cell, numeric) => {
  const data = cell.querySelector("data[value]"), time = cell.querySelector("time[datetime]");
  if (cell.querySelector(".nothing")) return null;
  if (time) return time.dateTime;
  const text = (cell.querySelector(".status, .level")?.lastChild || cell).textContent.trim();
  if (!data && !numeric) return text;
  const number = data ? Number(data.value) : parseFloat(text.replace("\u2212", "-").replace(/^[^\d.-]+/, ""));
  return isNaN(number) ? null : number;
};
const order = new Intl.Collator("en", { numeric: true });
const compare = (one, other) => typeof one === "number" && typeof other === "number" ? one - other : order.compare(one, other);

const sortable = (table, name) => {
  const body = table.tBodies[0], asWritten = [...body.rows], heads = all("thead th", table);
  const sort = (head, direction) => {
    for (const one of heads) one.ariaSort = null;
    if (direction) head.ariaSort = direction;
    const sign = direction === "descending" ? -1 : 1, index = heads.indexOf(head), numeric = head.classList.contains("number");
    const keyed = asWritten.map(row => [value(row.cells[index], numeric), row]);
    const last = key => key === null;
    if (direction) keyed.sort(([one], [other]) => last(one) - last(other) || sign * compare(one, other));
    body.append(...keyed.map(([, row]) => row));
  };
  const wanted = asked.get(name + ".sort") || "";
  for (const head of heads) {
    const title = head.textContent;
    head.append(press({ className: "sort" }, () => {
      const next = { null: "ascending", ascending: "descending", descending: "" }[head.ariaSort];
      sort(head, next);
      note(name + ".sort", next && (next === "ascending" ? title : "-" + title));
    }, ...head.childNodes));
    if (wanted === title) sort(head, "ascending");
    else if (wanted === "-" + title) sort(head, "descending");
  }
};

const filterable = (table, name, label) => {
  const rows = [...table.tBodies[0].rows], texts = new Map(), counts = new Map();
  const said = row => all(".status, .level", row).map(one => one.lastChild.textContent.trim());
  for (const row of rows) for (const status of new Set(said(row))) counts.set(status, (counts.get(status) || 0) + 1);
  const input = make("input", { type: "search", placeholder: "Filter", ariaLabel: `Filter ${label}`, value: asked.get(name + ".q") || "" });
  const select = make("select", { ariaLabel: `Status in ${label}` }, new Option("Any status", ""));
  for (const [status, count] of counts) select.add(new Option(`${status} (${count})`, status));
  select.value = counts.has(asked.get(name + ".status")) ? asked.get(name + ".status") : "";
  const told = make("output", {});
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      if (words.length && !texts.has(row)) texts.set(row, row.textContent.toLowerCase());
      const fits = words.every(word => texts.get(row).includes(word)) && (!select.value || said(row).includes(select.value));
      row.hidden = !fits;
      shown += fits;
    }
    told.value = shown < rows.length ? `${shown} of ${rows.length} rows` : "";
  };
  input.addEventListener("input", () => { apply(); note(name + ".q", input.value.trim()); });
  select.addEventListener("change", () => { apply(); note(name + ".status", select.value); });
  const bar = make("div", { className: "filter" }, input, ...counts.size > 1 ? [select] : [], told);
  (table.closest(".scroll") || table).before(bar);
  if (input.value || select.value) apply();
};

const tables = () => {
  const seen = {};
  for (const table of all("main table")) {
    const count = table.tBodies[0]?.rows.length || 0, heading = table.closest("section")?.querySelector("h2");
    const id = heading?.id || "table", label = table.caption?.textContent || heading?.textContent || "table";
    seen[id] = (seen[id] || 0) + 1;
    const name = id + (seen[id] > 1 ? seen[id] : "");
    if (count > 2) sortable(table, name);
    if (count > 8) filterable(table, name, label);
    const folded = table.closest("details");
    if (folded && [...asked.keys()].some(key => key.startsWith(name + "."))) folded.open = true;
  }
};

// what a machine wants is copied

const copy = async text => {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};
const copiers = () => {
  const told = make("output", { className: "skip" });
  document.body.append(told);
  for (const code of all("main code")) {
    const text = code.title || code.textContent;
    if (!/^[0-9a-f]{7,}$|^\S*[:/]\S+$/.test(text) || code.closest("a, summary, .prose, .issues")) continue;
    const button = press({ className: "copy", title: "Copy", ariaLabel: `Copy ${text}` }, async () => {
      await copy(text);
      const say = (name, word) => { button.className = name; told.value = word; };
      say("copy done", "Copied");
      setTimeout(say, 1500, "copy", "");
    });
    code.after(button);
  }
};

// keys

const keyboard = go => {
  const filter = () => all(".filter input").find(input => input.checkVisibility());
  const box = make("input", { type: "checkbox", checked: recall("keys") !== "off" });
  box.addEventListener("change", () => remember("keys", box.checked ? "on" : "off"));
  const told = { "/": "Filter the first table", j: "Next section", k: "Previous section", "?": "This help" };
  const list = Object.entries(told).flatMap(([key, does]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, does)]);
  const dialog = make("dialog", { ariaLabel: "Keyboard" }, make("h2", {}, "Keyboard"), make("dl", {}, ...list),
    make("label", {}, box, "Use these keys"), press({ autofocus: true }, () => dialog.close(), "Close"));
  document.body.append(dialog);
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
  const help = () => dialog.showModal();
  const acts = { "/": () => filter()?.focus(), j: () => go(1), k: () => go(-1), "?": help };
  addEventListener("keydown", event => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || dialog.open || !box.checked || !(event.key in acts)) return;
    event.preventDefault();
    acts[event.key]();
  });
  return press({ title: "Keyboard help", ariaLabel: "Keyboard help" }, help, "?");
};

// A browser that does not open what is folded when it prints is helped.
const printing = () => {
  let folded = [];
  const fold = open => { for (const one of folded) one.open = open; };
  addEventListener("beforeprint", () => { folded = all("details:not([open])"); fold(true); });
  addEventListener("afterprint", () => fold(false));
};

document.addEventListener("DOMContentLoaded", () => {
  tables();
  copiers();
  printing();
  const tools = make("div", { className: "tools" }, times(), choice("Theme", "theme", THEMES, shade), keyboard(sections()));
  (document.querySelector("header") || document.body).append(tools);
});
})();
