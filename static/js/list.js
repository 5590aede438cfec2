// Filters of a list: ask as one types or picks, once per real change, and keep the address short.

for (const form of document.querySelectorAll("form[data-live]")) {
  const contents = () => new URLSearchParams(new FormData(form)).toString();
  let sent = contents();
  let timer;
  const send = () => {
    if (contents() === sent) return;
    form.requestSubmit();
  };
  form.addEventListener("input", (event) => {
    if (!event.target.matches("input[type=search], input[type=text]")) return;
    clearTimeout(timer);
    timer = setTimeout(send, 250);
  });
  form.addEventListener("change", (event) => {
    // A typed date changes with every digit: wait for a whole one, as with text.
    clearTimeout(timer);
    timer = setTimeout(send, event.target.matches("input[type=date], input[type=number]") ? 500 : 0);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); sent = contents(); });
}

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("form[data-live]")) return;
  const values = event.detail.formData;
  for (const name of [...values.keys()]) {
    const kept = values.getAll(name).filter((value) => value !== "");
    values.delete(name);
    for (const value of kept) values.append(name, value);
  }
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) return;
  for (const box of event.target.closest("table").querySelectorAll("tbody .pick input")) box.checked = event.target.checked;
});
