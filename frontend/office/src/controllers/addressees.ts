import { Controller } from "../lib/registry";
import { part } from "../lib/dom";

/**
 * Choosing addressees from a long tree: a search box narrows it, branches can be taken whole, the number of chosen
 * ones is told. Without script everything is there and can be ticked, only not narrowed.
 */
export class AddresseesController extends Controller {
  connect(): void {
    const box = part<HTMLElement>(this.element, "[data-search-box]");
    const search = part<HTMLInputElement>(this.element, "[data-search]");
    if (box) box.hidden = false;
    search?.addEventListener("input", () => this.narrow(search.value));
    // Enter in the search box looks, it does not send the order.
    search?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    for (const button of this.element.querySelectorAll<HTMLButtonElement>("[data-branch-all]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.takeBranch(button.closest<HTMLElement>("[data-branch]")));
    }
    this.element.addEventListener("change", () => this.count());
    this.count();
  }

  private get branches(): HTMLDetailsElement[] {
    return [...this.element.querySelectorAll<HTMLDetailsElement>("[data-branch]")];
  }

  private items(branch: HTMLElement): HTMLElement[] {
    return [...branch.querySelectorAll<HTMLElement>("[data-item]")];
  }

  private narrow(text: string): void {
    const wanted = text.trim().toLowerCase();
    let found = 0;
    for (const branch of this.branches) {
      const whole = wanted !== "" && (branch.querySelector("summary")?.textContent ?? "").toLowerCase().includes(wanted);
      let here = 0;
      for (const item of this.items(branch)) {
        const shown = wanted === "" || whole || (item.textContent ?? "").toLowerCase().includes(wanted);
        item.hidden = !shown;
        here += shown ? 1 : 0;
      }
      branch.hidden = here === 0;
      if (wanted !== "") branch.open = here > 0;
      found += here;
    }
    const none = part<HTMLElement>(this.element, "[data-none]");
    if (none) none.hidden = found > 0;
  }

  private boxes(branch: HTMLElement): HTMLInputElement[] {
    return [...branch.querySelectorAll<HTMLInputElement>('input[type="checkbox"]')];
  }

  private takeBranch(branch: HTMLElement | null): void {
    if (!branch) return;
    const shown = this.boxes(branch).filter((box) => !box.closest<HTMLElement>("[data-item]")?.hidden);
    const on = shown.some((box) => !box.checked);
    for (const box of shown) box.checked = on;
    this.count();
  }

  private count(): void {
    let units = 0;
    for (const branch of this.branches) {
      const here = this.boxes(branch).filter((box) => box.checked).length;
      const told = part<HTMLElement>(branch, "[data-branch-count]");
      if (told) told.textContent = here > 0 ? `+${here}` : "";
      units += here;
    }
    const groups = [...this.element.querySelectorAll<HTMLInputElement>("[data-groups] input:checked")];
    const names = groups.map((box) => box.closest("label")?.textContent?.trim() ?? "");
    const total = part<HTMLElement>(this.element, "[data-chosen-count]");
    if (total) total.textContent = [...names, ...(units > 0 || names.length === 0 ? [String(units)] : [])].join(" + ");
  }
}
