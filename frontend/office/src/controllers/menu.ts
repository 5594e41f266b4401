import { Controller } from "../lib/registry";

/** A `<details>` as menu: closes on Escape, on a click elsewhere and when the focus leaves; keeps inside the window. */
export class MenuController extends Controller<HTMLDetailsElement> {
  connect(): void {
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !this.element.contains(event.target)) this.element.open = false;
    };
    document.addEventListener("click", outside, { signal: this.signal });
    document.addEventListener("focusin", outside, { signal: this.signal });
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    this.element.addEventListener("toggle", () => this.place());
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.element.open) {
      event.stopPropagation();
      this.element.open = false;
      this.element.querySelector("summary")?.focus();
      return;
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && this.element.open) {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    }
  }

  private step(by: number): void {
    const items = [...this.element.querySelectorAll<HTMLElement>("li a, li button")];
    const at = items.findIndex((item) => item === document.activeElement);
    items[(at + by + items.length) % items.length]?.focus();
  }

  private place(): void {
    if (!this.element.open) return;
    const list = this.element.querySelector<HTMLElement>(".qs-menu__list");
    if (!list) return;
    const box = list.getBoundingClientRect();
    if (box.left < 0) this.element.classList.add("qs-menu--left");
    else if (box.right > window.innerWidth) this.element.classList.remove("qs-menu--left");
  }
}
