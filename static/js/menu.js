// The phone's menu, and folding menus that close when one goes elsewhere. Without script both are plain links and details.

const menu = document.getElementById("menu");
const opener = document.querySelector(".menu-button");
const closer = document.querySelector(".menu-close");

function toggleMenu(open) {
  menu.classList.toggle("is-open", open);
  opener.setAttribute("aria-expanded", String(open));
  if (open) closer.focus();
  else opener.focus();
}

if (menu && opener && closer) {
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", "false");
  closer.setAttribute("role", "button");
  opener.addEventListener("click", (event) => { event.preventDefault(); toggleMenu(true); });
  closer.addEventListener("click", (event) => { event.preventDefault(); toggleMenu(false); });
  for (const control of [opener, closer]) {
    control.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); control.click(); }
    });
  }
  document.addEventListener("click", (event) => {
    if (menu.classList.contains("is-open") && !menu.contains(event.target) && !opener.contains(event.target)) toggleMenu(false);
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.classList.contains("is-open")) toggleMenu(false);
  });
}

document.addEventListener("click", (event) => {
  for (const drop of document.querySelectorAll("details[data-drop][open]")) {
    if (!drop.contains(event.target)) drop.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const drop = event.target.closest?.("details[data-drop][open]");
  if (!drop) return;
  drop.open = false;
  drop.querySelector("summary").focus();
});
