// The wall chart: "Assess" opens a small window and saves in place; arrows move from worker to worker.

import { say } from "./say.js";

const chart = document.getElementById("wallchart");
const dialog = document.getElementById("assess-dialog");
const form = document.getElementById("assess-form");
const error = document.getElementById("assess-error");
let tile = null;

function open(link) {
  tile = link.closest(".tile");
  form.action = link.href;
  document.getElementById("assess-name").textContent = `Assess ${tile.querySelector(".nm").textContent}`;
  document.getElementById("assess-note").value = "";
  error.textContent = "";
  dialog.showModal();
}

async function save(event) {
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } });
  const text = await answer.text();
  if (!answer.ok) {
    error.textContent = answer.status === 422 ? text : "It could not be saved. Try again, or open the worker's page.";
    return;
  }
  const made = document.createElement("template");
  made.innerHTML = text;
  const [fresh, said] = made.content.children;
  tile.replaceWith(fresh);
  dialog.close();
  say(said.textContent);
  document.getElementById("told").textContent = said.textContent;
  fresh.querySelector(".as")?.focus();
}

function move(event) {
  const here = event.target.closest(".tile");
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  const every = [...chart.querySelectorAll(".tile")];
  const place = every.indexOf(here);
  const top = here.offsetTop;
  const across = Math.max(1, every.filter((one) => one.parentNode === here.parentNode && one.offsetTop === top).length);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
  if (step === undefined || !every[place + step]) return;
  event.preventDefault();
  every[place + step].querySelector("a").focus();
}

chart?.addEventListener("keydown", move);
chart?.addEventListener("click", (event) => {
  const link = event.target.closest(".as");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});
form?.addEventListener("submit", save);
document.getElementById("assess-cancel")?.addEventListener("click", () => dialog.close());
