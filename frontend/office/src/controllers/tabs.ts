import { Controller } from "../lib/registry";

/** Tabs over panels of the same page; the open one stands in the address, arrows move between tabs. */
export class TabsController extends Controller {
  private tabs: HTMLButtonElement[] = [];

  connect(): void {
    this.tabs = [...this.element.querySelectorAll<HTMLButtonElement>('[role="tab"]')];
    this.tabs.forEach((tab) => tab.addEventListener("click", () => this.open(tab, true)));
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("hashchange", () => this.openNamed(), { signal: this.signal });
    this.openNamed();
  }

  private openNamed(): void {
    const named = this.tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === window.location.hash);
    const first = named ?? this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? this.tabs[0];
    if (first) this.open(first, false);
  }

  private open(chosen: HTMLButtonElement, remember: boolean): void {
    for (const tab of this.tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !on;
    }
    if (remember) window.history.replaceState(window.history.state, "", `#${chosen.getAttribute("aria-controls")}`);
    document.dispatchEvent(new CustomEvent("qs:shown"));
  }

  private onKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = this.tabs.findIndex((tab) => tab === document.activeElement);
    const next = this.tabs[(at + by + this.tabs.length) % this.tabs.length];
    if (!next) return;
    next.focus();
    this.open(next, true);
  }
}
