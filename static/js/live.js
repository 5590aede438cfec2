// htmx: tell what arrived, and say so when the session ended or the server does not answer.
import { say, sessionEnded, show } from "./say.js";

const isWholePage = (xhr) => /^\s*<!doctype/i.test(xhr.responseText.slice(0, 200));

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isWholePage(event.detail.xhr)) return;
  // A fragment was asked for and a whole page came: the request was sent on to sign-in.
  event.detail.shouldSwap = false;
  sessionEnded();
});

document.addEventListener("htmx:pushedIntoHistory", () => document.getElementById("notice")?.remove());

document.addEventListener("htmx:afterSwap", (event) => {
  const fragment = event.detail.target?.isConnected ? event.detail.target : document.getElementById(event.detail.target?.id);
  const words = fragment?.querySelector("[data-announce]")?.textContent.trim();
  if (words) say(words);
});

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 401 || status === 403) sessionEnded();
  else if (status === 503) show("The system is not ready, so nothing was changed. Wait a minute, then try again.");
  else if (status === 429) show("That was too many requests at once. Wait a minute, then try again.");
  else show("That did not work, and nothing was changed. Load the page again; if it happens again, tell your administrator.");
});

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt?.hasAttribute("data-quiet")) return;
  show("No answer from the server. Check your connection, then try again; what you typed is still here.");
});
