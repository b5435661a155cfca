
"use strict";
(() => {
  const PAGE = 100;
  const PAPER = 1000;
  const table = document.querySelector("table");
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const all = [...body.rows];
  const tiles = [...document.querySelectorAll(".tile")];
  const filter = document.getElementById("filter");
  const order = document.getElementById("order");
  const shown = document.getElementById("shown");
  const pages = document.querySelector(".pages");
  const [before, after, page] = ["before", "after", "page"].map((id) => document.getElementById(id));
  const words = new Map();
  const collator = new Intl.Collator("en", { numeric: true });
  const number = new Intl.NumberFormat("en");
  const state = { key: "", column: -1, down: false, at: 0, found: all };

  // What a filter looks through; made of a row when it is first asked for.
  const text = (row) => {
    if (!words.has(row)) {
      const cells = [row.cells[0], row.cells[1], row.cells[2]].map((cell) => cell.textContent);
      words.set(row, `${cells.join(" ")} ${row.dataset.find}`.toLowerCase());
    }
    return words.get(row);
  };

  const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent.trim();

  const sorted = (rows) => {
    if (state.column < 0) return rows;
    const keyed = rows.map((row) => [value(row, state.column), row]);
    const numeric = keyed.every(([key]) => key !== "" && !Number.isNaN(Number(key)));
    const compare = numeric ? (a, b) => a[0] - b[0] : (a, b) => collator.compare(a[0], b[0]);
    return keyed.sort(state.down ? (a, b) => compare(b, a) : compare).map(([, row]) => row);
  };

  const show = () => {
    const last = Math.max(0, Math.ceil(state.found.length / PAGE) - 1);
    state.at = Math.min(Math.max(state.at, 0), last);
    body.replaceChildren(...state.found.slice(state.at * PAGE, (state.at + 1) * PAGE));
    shown.textContent = `${number.format(state.found.length)} of ${number.format(all.length)} shown`;
    page.textContent = `Page ${state.at + 1} of ${last + 1}`;
    [before.disabled, after.disabled, pages.hidden] = [state.at === 0, state.at === last, last === 0];
  };

  const find = () => {
    const asked = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) =>
      (!state.key || row.dataset.key.split(" ").includes(state.key)) && asked.every((word) => text(row).includes(word));
    state.found = sorted(all.filter(fits));
    state.at = 0;
    show();
  };

  const sort = (column, down) => {
    [state.column, state.down] = [column, down];
    heads.forEach((head, at) => head.setAttribute("aria-sort", at !== column ? "none" : down ? "descending" : "ascending"));
    find();
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    // Numbers begin with the largest: that is what one looks for.
    const first = head.classList.contains("number");
    button.addEventListener("click", () => sort(column, state.column === column ? !state.down : first));
  });
  tiles.forEach((tile) =>
    tile.addEventListener("click", () => {
      state.key = state.key === tile.dataset.key ? "" : tile.dataset.key;
      tiles.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.key === state.key)));
      find();
    }),
  );
  filter.addEventListener("input", find);
  filter.form.addEventListener("submit", (event) => event.preventDefault());
  order.addEventListener("change", () => sort(order.value ? Number(order.value) : -1, order.value > 0));
  const turn = (by) => {
    state.at += by;
    show();
    table.scrollIntoView();
  };
  before.addEventListener("click", () => turn(-1));
  after.addEventListener("click", () => turn(1));
  // Paper has what is found, not a page of it; a browser takes minutes for ten thousand rows, and nobody reads them.
  window.addEventListener("beforeprint", () => {
    body.replaceChildren(...state.found.slice(0, PAPER));
    if (state.found.length > PAPER) shown.textContent = `The first ${number.format(PAPER)} of ${number.format(state.found.length)}`;
  });
  window.addEventListener("afterprint", show);
  document.querySelector(".controls").hidden = false;
  body.classList.remove("whole");
  show();
})();
