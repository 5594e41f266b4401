import { Controller } from "../lib/registry";
import { isTyping, part } from "../lib/dom";

/**
 * A list as in a mail client: j and k move, Enter opens, x or space picks, o shows the summary beside the list, n and p
 * turn the page, / goes to the search box, ? shows the keys. A bar tells how many rows are picked, and offers the whole
 * view. Rows are `tbody tr`, the address of a row is its first link or `data-url`.
 */
export class RowsController extends Controller<HTMLTableElement> {
  private cursor = -1;

  connect(): void {
    this.cursor = this.rows.findIndex((row) => row.hasAttribute("data-cursor"));
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: this.signal });
    document.addEventListener("qs:row-chosen", (event) => this.onChosen(event as CustomEvent<string>), {
      signal: this.signal,
    });
    this.element.addEventListener("change", (event) => this.onPick(event));
    this.onBar("[data-bulk-clear]", () => this.pickAll(false));
    this.onBar("[data-bulk-all]", () => this.takeWhole(true));
    this.count();
  }

  private onBar(selector: string, act: () => void): void {
    const button = this.bar && part<HTMLButtonElement>(this.bar, selector);
    button?.addEventListener("click", act, { signal: this.signal });
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
    if (event.defaultPrevented || isTyping(event)) return;
    const row = this.rows[this.cursor];
    const inControl = (event.target as HTMLElement).closest?.("a, button, summary, input") !== null;
    if (event.key === "j") this.move(1);
    else if (event.key === "k") this.move(-1);
    else if ((event.key === "x" || (event.key === " " && !inControl)) && row) this.toggle(row);
    else if (event.key === "Enter" && row && !inControl) this.open(row);
    else if (event.key === "o" && row?.dataset["panel"]) this.tell("qs:panel-toggle", row);
    else if (!this.turn(event.key) && !this.help(event.key)) return;
    event.preventDefault();
  }

  private turn(key: string): boolean {
    const to = { n: this.element.dataset["next"], p: this.element.dataset["previous"] }[key];
    const scope: ParentNode = this.element.closest("[id$='-rows']") ?? document;
    const link = to ? scope.querySelector<HTMLAnchorElement>(`.qs-pager a[rel='${key === "n" ? "next" : "prev"}']`) : null;
    link?.click();
    return link !== null;
  }

  private help(key: string): boolean {
    if (key === "/") {
      const box = document.querySelector<HTMLInputElement>("[data-list-search]");
      box?.focus();
      box?.select();
      return box !== null;
    }
    const dialog = key === "?" ? document.getElementById("list-help") : null;
    if (!(dialog instanceof HTMLDialogElement)) return false;
    dialog.showModal();
    return true;
  }

  private move(by: number): void {
    const rows = this.rows;
    if (rows.length === 0) return;
    this.place(Math.min(Math.max(this.cursor + by, 0), rows.length - 1));
    const row = rows[this.cursor];
    row?.scrollIntoView({ block: "nearest" });
    row?.focus({ preventScroll: true });
    if (row) this.tell("qs:row", row);
  }

  private place(at: number): void {
    const former = this.rows[this.cursor];
    former?.removeAttribute("data-cursor");
    former?.removeAttribute("aria-current");
    this.cursor = at;
    const row = this.rows[at];
    row?.setAttribute("data-cursor", "");
    row?.setAttribute("aria-current", "true");
    if (row) row.tabIndex = -1;
  }

  private tell(name: string, row: HTMLTableRowElement): void {
    document.dispatchEvent(new CustomEvent(name, { detail: row.dataset["id"] ?? "" }));
  }

  private onChosen(event: CustomEvent<string>): void {
    const at = this.rows.findIndex((row) => row.dataset["id"] === event.detail);
    if (at >= 0) this.place(at);
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
    this.takeWhole(false);
  }

  private onPick(event: Event): void {
    const target = event.target;
    if (target instanceof HTMLInputElement && target.matches("[data-pick-all]")) this.pickAll(target.checked);
    else this.takeWhole(false);
  }

  private pickAll(on: boolean): void {
    for (const row of this.rows) {
      const box = this.box(row);
      if (box && !box.disabled) box.checked = on;
    }
    this.takeWhole(false);
  }

  /** All rows of the view instead of the picked ones; picking anything takes that back. */
  private takeWhole(on: boolean): void {
    const form = this.element.closest("form");
    const field = form && part<HTMLInputElement>(form, "[data-bulk-all-field]");
    if (field) field.value = on ? "1" : "";
    const bar = this.bar;
    if (bar) {
      const show = (selector: string, shown: boolean): void => {
        const element = part(bar, selector);
        if (element) element.hidden = !shown;
      };
      show("[data-bulk-picked]", !on);
      show("[data-bulk-whole]", on);
      show("[data-bulk-all]", !on);
    }
    this.count();
  }

  private count(): void {
    let picked = 0;
    let boxes = 0;
    for (const row of this.rows) {
      const box = this.box(row);
      boxes += box ? 1 : 0;
      const on = box?.checked === true;
      row.toggleAttribute("data-picked", on);
      picked += on ? 1 : 0;
    }
    const all = part<HTMLInputElement>(this.element, "[data-pick-all]");
    if (all) {
      all.checked = picked > 0 && picked === boxes;
      all.indeterminate = picked > 0 && picked < boxes;
    }
    const bar = this.bar;
    if (!bar) return;
    bar.hidden = picked === 0;
    const number = part(bar, "[data-bulk-count]");
    if (number) number.textContent = String(picked);
  }
}
