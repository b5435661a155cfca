"use strict";
(() => {
  const PAGE = 100;
  const PAPER = 1000;
  const table = document.querySelector("table.rows");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const columns = heads.map((head) => head.dataset.key);
  const all = [...body.rows];
  const tiles = [...document.querySelectorAll(".tile")];
  const parts = [...document.querySelectorAll("table.part")];
  const [filter, order, shown, by, chip, before, after, page] = [
    "filter", "order", "shown", "by", "part", "before", "after", "page",
  ].map((id) => document.getElementById(id));
  const pages = document.querySelector(".pages");
  const words = new Map();
  const labels = new Map();
  const values = [];
  const collator = new Intl.Collator("en", { numeric: true });
  const number = new Intl.NumberFormat("en");
  const names = parts.map((part) => part.dataset.name);
  const first = names.includes("region") ? "region" : (names[0] ?? "");

  // All that a link can say. key: of a tile. part: a label and its value, or null. sort: of a column, or empty.
  const state = { key: "", part: null, by: first, sort: "", down: false, at: 0 };
  let found = all;

  // What a row is looked for by is made when it is first asked for: a page of thousands opens faster.
  const memo = (map, row, make) => {
    if (!map.has(row)) map.set(row, make(row));
    return map.get(row);
  };
  const labelsOf = (row) => memo(labels, row, () => new Map(Object.entries(JSON.parse(row.dataset.of))));
  const text = (row) =>
    memo(words, row, () => {
      const cells = [0, 1, 2].map((at) => row.cells[at].textContent);
      const pairs = [...labelsOf(row)].map(([name, value]) => `${name}=${value}`);
      return [...cells, row.dataset.find, ...pairs].join(" ").toLowerCase();
    });

  const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();

  const sorted = (rows) => {
    const column = columns.indexOf(state.sort);
    if (column < 0) return rows;
    const keyed = rows.map((row) => [value(row, column), row]);
    const numeric = keyed.every(([key]) => key !== "" && !Number.isNaN(Number(key)));
    const compare = numeric ? (a, b) => a[0] - b[0] : (a, b) => collator.compare(a[0], b[0]);
    return keyed.sort(state.down ? (a, b) => compare(b, a) : compare).map(([, row]) => row);
  };

  const count = () => `${number.format(found.length)} of ${number.format(all.length)} shown`;

  const show = () => {
    const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    state.at = Math.min(Math.max(state.at, 0), last);
    body.replaceChildren(...found.slice(state.at * PAGE, (state.at + 1) * PAGE));
    shown.textContent = count();
    page.textContent = `Page ${state.at + 1} of ${last + 1}`;
    [before.disabled, after.disabled, pages.hidden] = [state.at === 0, state.at === last, last === 0];
  };

  const find = () => {
    const asked = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const inPart = (row) => !state.part || (labelsOf(row).get(state.part[0]) ?? "") === state.part[1];
    const fits = (row) =>
      (!state.key || row.dataset.key.split(" ").includes(state.key)) &&
      inPart(row) &&
      asked.every((word) => text(row).includes(word));
    found = sorted(all.filter(fits));
    show();
  };

  // Buttons and lists say what the view is, whoever changed it: a click, or a link.
  const mark = () => {
    heads.forEach((head, at) => {
      const direction = state.down ? "descending" : "ascending";
      head.setAttribute("aria-sort", columns[at] === state.sort ? direction : "none");
    });
    tiles.forEach((tile) => tile.setAttribute("aria-pressed", String(tile.dataset.key === state.key)));
    order.value = (state.down ? "-" : "") + state.sort;
    if (order.selectedIndex < 0) order.value = "";
    if (by) by.value = state.by;
    parts.forEach((part) => (part.hidden = part.dataset.name !== state.by));
    const same = (name, own) => state.part?.[0] === name && state.part[1] === own;
    values.forEach(([button, name, own]) => button.setAttribute("aria-pressed", String(same(name, own))));
    chip.hidden = !state.part;
    chip.textContent = state.part ? `${state.part[0]}: ${state.part[1] || "none"}` : "";
  };

  // The address holds the view, so that a link shows the same one; what is as it was at first is left out.
  const address = () => {
    const said = new URLSearchParams();
    const put = (name, own, usual = "") => own !== usual && said.set(name, own);
    put("q", filter.value.trim());
    put("is", state.key);
    if (state.part) ["of", "value"].forEach((name, at) => said.set(name, state.part[at]));
    put("by", state.by, first);
    put("sort", (state.down ? "-" : "") + state.sort);
    put("page", String(state.at + 1), "1");
    return String(said);
  };
  const remember = () => {
    try {
      if (address() !== location.hash.slice(1)) history.replaceState(null, "", `#${address()}`);
    } catch {
      // A browser may refuse many changes in a short time: the next one is remembered again.
    }
  };

  const read = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const get = (name) => said.get(name) ?? "";
    filter.value = get("q");
    state.key = tiles.some((tile) => tile.dataset.key === get("is")) ? get("is") : "";
    state.part = names.includes(get("of")) ? [get("of"), get("value")] : null;
    state.by = names.includes(get("by")) ? get("by") : first;
    const sort = get("sort").replace(/^-/, "");
    state.sort = columns.includes(sort) ? sort : "";
    state.down = Boolean(state.sort) && get("sort").startsWith("-");
    state.at = Math.max(0, Number.parseInt(get("page"), 10) - 1 || 0);
    mark();
    find();
  };

  const change = (changes) => {
    Object.assign(state, { at: 0 }, changes);
    mark();
    find();
    remember();
  };
  const button = (cell) => {
    const made = document.createElement("button");
    made.type = "button";
    made.append(...cell.childNodes);
    cell.append(made);
    return made;
  };

  heads.forEach((head, at) => {
    // Numbers begin with the largest: that is what one looks for.
    const largest = head.classList.contains("number");
    button(head).addEventListener("click", () =>
      change({ sort: columns[at], down: state.sort === columns[at] ? !state.down : largest }),
    );
  });
  for (const part of parts) {
    for (const cell of part.querySelectorAll("tbody th")) {
      const [name, own, made] = [part.dataset.name, cell.dataset.value, button(cell)];
      values.push([made, name, own]);
      made.addEventListener("click", () =>
        change({ part: made.getAttribute("aria-pressed") === "true" ? null : [name, own] }),
      );
    }
  }
  tiles.forEach((tile) =>
    tile.addEventListener("click", () => change({ key: state.key === tile.dataset.key ? "" : tile.dataset.key })),
  );
  chip.addEventListener("click", () => {
    change({ part: null });
    filter.focus();
  });
  by?.addEventListener("change", () => change({ by: by.value, at: state.at }));
  filter.addEventListener("input", () => change({}));
  filter.form.addEventListener("submit", (event) => event.preventDefault());
  order.addEventListener("change", () =>
    change({ sort: order.value.replace(/^-/, ""), down: order.value.startsWith("-") }),
  );
  const turn = (step) => {
    change({ at: state.at + step });
    table.scrollIntoView();
  };
  before.addEventListener("click", () => turn(-1));
  after.addEventListener("click", () => turn(1));
  window.addEventListener("hashchange", read);

  // Paper has what is found, not a page of it; a browser takes minutes for ten thousand rows, and nobody reads them.
  window.addEventListener("beforeprint", () => {
    body.replaceChildren(...found.slice(0, PAPER));
    const most = found.length > PAPER ? `The first ${number.format(PAPER)} of ${number.format(found.length)}` : count();
    const pressed = tiles.find((tile) => state.key && tile.dataset.key === state.key);
    const limits = [pressed?.lastChild.textContent.trim(), filter.value.trim() && `filter: ${filter.value.trim()}`];
    shown.textContent = [most, ...limits.filter(Boolean)].join("; ");
  });
  window.addEventListener("afterprint", show);
  document.querySelector(".controls").hidden = false;
  if (by) by.parentElement.hidden = false;
  body.classList.remove("whole");
  read();
})();
