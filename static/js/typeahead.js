// A text field that finds records: arrows, Enter, Escape; the newest question wins.
import { say, sessionEnded } from "./say.js";

const WAIT_MS = 150;

class Combo {
  constructor(root) {
    this.input = root.querySelector("[role=combobox]");
    this.value = root.querySelector("[data-combo-value]");
    this.list = root.querySelector("[role=listbox]");
    this.url = root.dataset.url;
    this.picked = this.value.value ? this.input.value : "";
    this.results = [];
    this.active = -1;
    this.input.addEventListener("input", () => this.type(root));
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.input.addEventListener("blur", () => this.leave());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.pick(Number(option.dataset.index));
    });
  }

  type(root) {
    root.querySelector("[data-combo-static]")?.remove();
    this.value.disabled = false;
    this.setValue("");
    clearTimeout(this.timer);
    this.question?.abort();
    if (!this.input.value.trim()) { this.close(); return; }
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    this.question = new AbortController();
    const address = new URL(this.url, location.href);
    address.searchParams.set("q", this.input.value.trim());
    try {
      const answer = await fetch(address, { signal: this.question.signal, headers: { Accept: "application/json" } });
      const isJson = answer.headers.get("Content-Type")?.includes("json");
      if (answer.redirected && !isJson) { this.close(); sessionEnded(); return; }
      if (!answer.ok || !isJson) throw new Error(`answered ${answer.status}`);
      this.draw((await answer.json()).results);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.note("The search does not answer. Check your connection, then type again.");
    }
  }

  draw(results) {
    this.results = results;
    this.active = -1;
    this.list.replaceChildren(...results.map((result, index) => this.option(result, index)));
    if (!results.length) { this.note("Nothing found. Try fewer words, or a number."); return; }
    this.open();
    say(results.length === 1 ? "1 match" : `${results.length} matches`);
  }

  option(result, index) {
    const option = document.createElement("div");
    option.className = "combo-option";
    option.id = `${this.list.id}_${index}`;
    option.dataset.index = index;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.textContent = result.label;
    option.append(label);
    if (result.fact) {
      const fact = document.createElement("span");
      fact.className = "combo-fact";
      fact.textContent = result.fact;
      option.append(" ", fact);
    }
    return option;
  }

  note(text) {
    this.results = [];
    const option = document.createElement("div");
    option.className = "combo-note";
    option.setAttribute("role", "option");
    option.setAttribute("aria-disabled", "true");
    option.textContent = text;
    this.list.replaceChildren(option);
    this.open();
    say(text);
  }

  press(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) { if (this.input.value.trim()) this.ask(); return; }
      this.point(this.active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault();
      if (this.results.length) this.pick(Math.max(this.active, 0));
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  point(index) {
    const count = this.results.length;
    if (!count) return;
    this.active = (index + count) % count;
    for (const option of this.list.children) {
      const isHere = Number(option.dataset.index) === this.active;
      option.setAttribute("aria-selected", String(isHere));
      if (isHere) {
        this.input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  }

  pick(index) {
    const result = this.results[index];
    this.input.value = this.picked = result.label;
    this.setValue(String(result.id));
    this.close();
    say(`${result.label} chosen`);
  }

  setValue(id) {
    if (this.value.value === id) return;
    this.value.value = id;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  leave() {
    clearTimeout(this.timer);
    this.question?.abort();
    this.close();
  }

  open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function attach(scope) {
  for (const root of scope.querySelectorAll("[data-combo]:not([data-ready])")) {
    root.dataset.ready = "yes";
    new Combo(root);
  }
}

attach(document);
document.addEventListener("htmx:afterSettle", () => attach(document));
