import htmx from "htmx.org";
import { Controller } from "../lib/registry";
import { isTyping, part } from "../lib/dom";

const PAUSE = 160;

/**
 * The summary of a row beside its list: a click on a row (not on what is in it) or `o` opens it, moving on follows,
 * Escape closes. The address holds which one is open; the list keeps its place. Only the last asked for is shown.
 */
export class SidePanelController extends Controller {
  private timer = 0;
  private shown = "";

  connect(): void {
    this.shown = this.panel?.hidden === false ? (new URLSearchParams(window.location.search).get("open") ?? "") : "";
    this.element.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: this.signal });
    document.addEventListener("qs:row", (event) => this.follow((event as CustomEvent<string>).detail), {
      signal: this.signal,
    });
    document.addEventListener("qs:panel-toggle", (event) => this.toggle((event as CustomEvent<string>).detail), {
      signal: this.signal,
    });
  }

  protected override released(): void {
    window.clearTimeout(this.timer);
  }

  private get panel(): HTMLElement | null {
    return part(this.element, "#side-panel");
  }

  private row(id: string): HTMLTableRowElement | null {
    return this.element.querySelector<HTMLTableRowElement>(`tr[data-id="${CSS.escape(id)}"]`);
  }

  private onClick(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest("[data-panel-close]")) {
      this.close();
      return;
    }
    if (target.closest("[data-list-help]")) {
      const dialog = document.getElementById("list-help");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
      return;
    }
    const row = target.closest<HTMLTableRowElement>("tbody tr[data-panel]");
    if (!row || event.defaultPrevented || target.closest("a, button, input, label, summary, .qs-pick")) return;
    if (window.getSelection()?.toString()) return;
    const id = row.dataset["id"] ?? "";
    document.dispatchEvent(new CustomEvent("qs:row-chosen", { detail: id }));
    this.open(id);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented || !this.shown) return;
    const inPanel = event.target instanceof Node && this.panel?.contains(event.target);
    if (!inPanel && isTyping(event)) return;
    this.close();
  }

  private toggle(id: string): void {
    if (this.shown === id) this.close();
    else this.open(id);
  }

  private follow(id: string): void {
    if (!this.shown) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.open(id), PAUSE);
  }

  open(id: string): void {
    const panel = this.panel;
    const address = this.row(id)?.dataset["panel"];
    if (!panel || !address || this.shown === id) return;
    this.shown = id;
    this.remember(id);
    void fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" })
      .then(async (answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
      .then((html) => {
        if (this.shown !== id) return;
        panel.hidden = false;
        this.element.toggleAttribute("data-open", true);
        htmx.swap(panel, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
        panel.scrollTop = 0;
      })
      .catch(() => {
        if (this.shown !== id) return;
        this.close();
        const told = { level: "error", text: document.getElementById("toasts")?.dataset["offline"] ?? "" };
        document.body.dispatchEvent(new CustomEvent("toast", { detail: told, bubbles: true }));
      });
  }

  close(): void {
    const panel = this.panel;
    if (!panel || panel.hidden) {
      this.shown = "";
      return;
    }
    const row = this.row(this.shown);
    this.shown = "";
    panel.hidden = true;
    panel.replaceChildren();
    this.element.removeAttribute("data-open");
    this.remember("");
    if (row) {
      row.tabIndex = -1;
      row.focus({ preventScroll: true });
    }
  }

  private remember(id: string): void {
    const url = new URL(window.location.href);
    if (id) url.searchParams.set("open", id);
    else url.searchParams.delete("open");
    window.history.replaceState(window.history.state, "", url);
  }
}
