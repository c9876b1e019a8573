// Without this script everything on the page is there to read, too: it chooses
// what the first table shows, hides rows, and keeps the address in step.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const symbols = { holds: "✓", refuted: "✕", vacuous: "○" };

  // The property that the first table shows.
  const buttons = all("[data-show]");
  const show = (what) => {
    for (const b of buttons) b.setAttribute("aria-pressed", String(b.dataset.show === what));
    for (const cell of all("a.o")) {
      const from = what === "worst" ? { verdict: cell.dataset.worst, level: cell.dataset.level, link: cell.dataset.link } : cell.querySelector(`[data-property="${what}"]`).dataset;
      cell.classList.remove("holds", "refuted", "vacuous", "unknown");
      cell.classList.add(from.verdict);
      cell.setAttribute("href", "#" + from.link);
      cell.querySelector("b").textContent = (symbols[from.verdict] || "?") + from.level;
    }
  };
  for (const b of buttons) b.addEventListener("click", () => show(b.dataset.show));

  // Rows and runs that the filters leave.
  const form = document.querySelector("form.filters");
  const filtered = all("[data-verdicts]");
  const matches = (el) => {
    const f = form.elements;
    if (f.mode.value && el.dataset.mode !== f.mode.value) return false;
    if (f.fault.value && el.dataset.fault !== f.fault.value) return false;
    if (f.result.value && el.dataset.result !== f.result.value) return false;
    if (!el.dataset.text.toLowerCase().includes(f.text.value.trim().toLowerCase())) return false;
    if (!f.property.value && !f.verdict.value) return true;
    return el.dataset.verdicts.split(" ").some((of) => {
      const [property, verdict] = of.split(":");
      return (!f.property.value || property === f.property.value) && (!f.verdict.value || verdict === f.verdict.value);
    });
  };
  const filter = () => {
    let rows = 0, left = 0;
    for (const el of filtered) {
      el.hidden = !matches(el);
      if (el.tagName === "TR") { rows++; if (!el.hidden) left++; }
    }
    for (const head of all("tr.mode, h2[data-mode]")) {
      head.hidden = !filtered.some((el) => !el.hidden && el.dataset.mode === head.dataset.mode);
    }
    form.querySelector("output").textContent = left === rows ? "" : `${left} of ${rows} scenarios`;
  };
  if (form) {
    form.addEventListener("input", filter);
    filter();
  }

  // The address names the open run.
  const reveal = () => {
    const run = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!run || !run.matches("details.run")) return;
    run.hidden = false;
    run.open = true;
    run.scrollIntoView();
  };
  for (const summary of all("details.run > summary")) {
    summary.addEventListener("click", () => {
      const run = summary.parentElement; // it opens or closes after this
      history.replaceState(null, "", run.open ? location.pathname + location.search : "#" + run.id);
    });
  }
  addEventListener("hashchange", reveal);
  reveal();
})();
