// What changed without a new page, said to screen readers and, when it matters, shown to everyone.

export function say(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  // A moment between emptying and filling, or the same words twice would be said once.
  setTimeout(() => { live.textContent = text; }, 50);
}

export function show(text, link) {
  document.getElementById("notice")?.remove();
  const notice = document.createElement("div");
  notice.id = "notice";
  notice.className = "notice message message--bad";
  notice.setAttribute("role", "alert");
  const words = document.createElement("div");
  words.className = "message-text";
  words.textContent = text;
  notice.append(words);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.url;
    anchor.textContent = link.label;
    notice.append(anchor);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn--small";
  close.textContent = "Close";
  close.addEventListener("click", () => notice.remove());
  notice.append(close);
  document.body.append(notice);
}

export function sessionEnded() {
  show("Your session ended. What you typed is still here: sign in in a new tab, then try again.", {
    url: location.href,
    label: "Load this page again",
  });
}
