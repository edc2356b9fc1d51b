// Sorts and filters tables, folds proposed changes, and switches between the two views of the sections.
// Everything is in the page already; without the script all of it is shown.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const key = (cell) => cell?.dataset.sort ?? cell?.textContent.trim() ?? "";
  const compare = (a, b) => {
    const [x, y] = [Number(a), Number(b)];
    const numbers = a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y);
    return numbers ? x - y : a.localeCompare(b, "en", { numeric: true });
  };

  for (const table of all("table.sortable")) {
    const heads = all("thead th", table);
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row, at) => [key(row.cells[column]), at, row]);
        rows.sort((a, b) => (down ? compare(b[0], a[0]) : compare(a[0], b[0])) || a[1] - b[1]);
        body.append(...rows.map((row) => row[2]));
      });
    });
  }

  const filters = document.getElementById("filters");
  if (filters) {
    const rows = all("#findings-table tbody tr");
    const shown = document.getElementById("shown");
    const apply = () => {
      const { rule, severity, author, state, words } = Object.fromEntries(new FormData(filters));
      const wanted = words.trim().toLowerCase();
      let count = 0;
      for (const row of rows) {
        const is = row.dataset;
        row.hidden = !(
          (!rule || is.rule === rule) &&
          (!severity || is.severity === severity) &&
          (!author || is.introduced === author || is.fixed === author) &&
          (!state || is.state === state) &&
          (!wanted || row.textContent.toLowerCase().includes(wanted))
        );
        count += row.hidden ? 0 : 1;
      }
      shown.textContent = `${count} of ${rows.length} shown`;
    };
    filters.addEventListener("input", apply);
    filters.addEventListener("reset", () => setTimeout(apply));
    filters.addEventListener("submit", (event) => event.preventDefault());
    filters.hidden = false;
    apply();
  }

  // Proposed changes are folded until a link points to them, or all are asked for.
  const evidence = all("details.evidence");
  const unfold = (open) => evidence.forEach((one) => (one.open = open));
  const reveal = () => {
    const asked = document.getElementById(location.hash.slice(1));
    if (asked?.matches(".card, .okep")) {
      all("details.evidence", asked).forEach((one) => (one.open = true));
      asked.scrollIntoView();
      asked.focus({ preventScroll: true });
    }
  };
  const unfolding = document.querySelector(".unfold");
  if (unfolding) {
    unfold(false);
    unfolding.hidden = false;
    all("button", unfolding).forEach((b) => b.addEventListener("click", () => unfold(b.value === "open")));
    addEventListener("hashchange", reveal);
    // A link to the current place changes no address, and unfolds all the same.
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href^='#']");
      if (link && link.hash === location.hash) reveal();
    });
    addEventListener("beforeprint", () => unfold(true));
    reveal();
  }

  const views = all(".view");
  const buttons = all(".switch button");
  const show = (id) => {
    views.forEach((view) => (view.hidden = view.id !== id));
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.shows === id)));
  };
  if (views.length > 1) {
    buttons.forEach((button) => button.addEventListener("click", () => show(button.dataset.shows)));
    document.querySelector(".switch").hidden = false;
    show(views[0].id);
  }
})();
