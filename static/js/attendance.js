// The grid of attendance: letters mark and go on, arrows move between rows; saving is htmx's, row by row.

const table = document.getElementById("marks");

const rowsOf = () => [...table.querySelectorAll("tbody tr")];
const chosen = (row) => row.querySelector("input:checked") ?? row.querySelector("input");

function go(row, step) {
  const rows = rowsOf();
  const next = rows[rows.indexOf(row) + step];
  if (!next) return;
  chosen(next).focus();
  next.scrollIntoView({ block: "nearest" });
}

function mark(input) {
  if (input.checked) return;
  input.checked = true;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function beside(row, step) {
  const inputs = [...row.querySelectorAll("input")];
  const here = inputs.indexOf(document.activeElement);
  const next = inputs[Math.min(Math.max(here + step, 0), inputs.length - 1)];
  next.focus();
  mark(next);
}

table?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches("input")) return;
  const row = event.target.closest("tr");
  const moves = { ArrowDown: () => go(row, 1), ArrowUp: () => go(row, -1), ArrowRight: () => beside(row, 1), ArrowLeft: () => beside(row, -1) };
  const letter = row.querySelector(`input[data-letter="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!moves[event.key] && !letter) return;
  event.preventDefault();
  event.stopPropagation();
  if (moves[event.key]) { moves[event.key](); return; }
  mark(letter);
  letter.focus();
  go(row, 1);
});
