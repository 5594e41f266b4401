import { Controller } from "../lib/registry";
import { isTyping, part } from "../lib/dom";

/**
 * A list as in a mail client: j and k move, Enter opens, x picks; a bar shows how many are picked.
 * Rows are `tbody tr`, the address of a row is its first link or `data-url`.
 */
export class RowsController extends Controller<HTMLTableElement> {
  private cursor = -1;

  connect(): void {
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: this.signal });
    this.element.addEventListener("change", (event) => this.onPick(event));
    const clear = this.bar && part<HTMLButtonElement>(this.bar, "[data-bulk-clear]");
    clear?.addEventListener("click", () => this.pickAll(false), { signal: this.signal });
    this.count();
  }

  private get rows(): HTMLTableRowElement[] {
    return [...this.element.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  }

  private get bar(): HTMLElement | null {
    const scope = this.element.closest("form") ?? this.element.closest(".qs-card") ?? document;
    return part(scope, "[data-bulk-bar]") ?? part(document, "[data-bulk-bar]");
  }

  private box(row: HTMLTableRowElement): HTMLInputElement | null {
    return row.querySelector<HTMLInputElement>('.qs-pick input[type="checkbox"]');
  }

  private onKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    const row = this.rows[this.cursor];
    if (event.key === "j") this.move(1);
    else if (event.key === "k") this.move(-1);
    else if (event.key === "x" && row) this.toggle(row);
    else if (event.key === "Enter" && row && !(event.target as HTMLElement).closest("a, button, summary")) this.open(row);
    else return;
    event.preventDefault();
  }

  private move(by: number): void {
    const rows = this.rows;
    if (rows.length === 0) return;
    rows[this.cursor]?.removeAttribute("data-cursor");
    this.cursor = Math.min(Math.max(this.cursor + by, 0), rows.length - 1);
    const row = rows[this.cursor];
    row?.setAttribute("data-cursor", "");
    row?.scrollIntoView({ block: "nearest" });
    if (row) document.dispatchEvent(new CustomEvent("qs:row", { detail: row.dataset["id"] ?? "" }));
  }

  private open(row: HTMLTableRowElement): void {
    const link = row.querySelector<HTMLAnchorElement>("a[href]");
    if (link) link.click();
    else if (row.dataset["url"]) window.location.assign(row.dataset["url"]);
  }

  private toggle(row: HTMLTableRowElement): void {
    const box = this.box(row);
    if (!box) return;
    box.checked = !box.checked;
    this.count();
  }

  private onPick(event: Event): void {
    const target = event.target;
    if (target instanceof HTMLInputElement && target.matches("[data-pick-all]")) this.pickAll(target.checked);
    else this.count();
  }

  private pickAll(on: boolean): void {
    for (const row of this.rows) {
      const box = this.box(row);
      if (box && !box.disabled) box.checked = on;
    }
    this.count();
  }

  private count(): void {
    let picked = 0;
    for (const row of this.rows) {
      const on = this.box(row)?.checked === true;
      row.toggleAttribute("data-picked", on);
      picked += on ? 1 : 0;
    }
    const all = part<HTMLInputElement>(this.element, "[data-pick-all]");
    if (all) {
      all.checked = picked > 0 && picked === this.rows.length;
      all.indeterminate = picked > 0 && picked < this.rows.length;
    }
    const bar = this.bar;
    if (!bar) return;
    bar.hidden = picked === 0;
    const number = part(bar, "[data-bulk-count]");
    if (number) number.textContent = String(picked);
  }
}
