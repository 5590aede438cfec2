// Forms: take the eye to the first error, warn before typed work is lost, send only once.

const summary = document.getElementById("errors");
if (summary) summary.focus();

for (const form of document.querySelectorAll("form[data-form]")) {
  const contents = () => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();
  // After an error the page holds work that is not saved yet, so it is unsaved from the start.
  const before = form.querySelector(".has-error, #errors") ? null : contents();
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => {
    if (!leaving && contents() !== before) event.preventDefault();
  });
  form.querySelector("[data-leave]")?.addEventListener("click", () => { if (contents() === before) leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
}

const clean = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  // A download or a stopped request leaves the page standing: let it be sent again.
  setTimeout(() => clean(form), 8000);
});

addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(clean));

// Links of the error summary go to the field itself, also inside a group of choices.
summary?.addEventListener("click", (event) => {
  const id = event.target.closest("a")?.hash.slice(1);
  const field = id && document.getElementById(id);
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
  (control ?? field).focus();
  (control ?? field).scrollIntoView({ block: "center" });
});
