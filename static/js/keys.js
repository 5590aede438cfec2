// One-key shortcuts. They never act while somebody types.

const dialog = document.getElementById("keys");
const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

function moveRow(step) {
  const rows = [...document.querySelectorAll("table[data-rows] tbody tr")].filter((row) => row.querySelector("a"));
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here === -1 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[next].querySelector("a").focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

const acts = {
  "/": () => { const find = document.getElementById("find"); find?.focus(); find?.select(); },
  "?": () => dialog?.showModal(),
  n: () => document.querySelector("a[data-new]")?.click(),
  j: () => moveRow(1),
  k: () => moveRow(-1),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialog?.open) return;
  if (event.key === "Escape" && event.target.id === "find") { event.target.blur(); return; }
  if (typing(event.target) || !Object.hasOwn(acts, event.key)) return;
  event.preventDefault();
  acts[event.key]();
});

for (const button of document.querySelectorAll("[data-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog?.showModal());
}
