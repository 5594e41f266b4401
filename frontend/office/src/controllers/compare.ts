import { Controller } from "../lib/registry";
import { part } from "../lib/dom";

/** Two pictures of one place: side by side, or one over the other with a line that is moved. */
export class CompareController extends Controller {
  connect(): void {
    const button = part<HTMLButtonElement>(this.element, "[data-compare-switch]");
    const at = part<HTMLInputElement>(this.element, "[data-compare-at]");
    if (!button || !at) return;
    button.hidden = false;
    button.addEventListener("click", () => this.change(button));
    at.addEventListener("input", () => this.cut(at.value));
    this.cut(at.value);
  }

  private change(button: HTMLButtonElement): void {
    const side = part<HTMLElement>(this.element, "[data-compare-side]");
    const over = part<HTMLElement>(this.element, "[data-compare-over]");
    if (!side || !over) return;
    over.hidden = !over.hidden;
    side.hidden = !over.hidden;
    const other = button.dataset["other"] ?? "";
    button.dataset["other"] = button.textContent ?? "";
    button.textContent = other;
  }

  private cut(percent: string): void {
    const upper = part<HTMLElement>(this.element, "[data-compare-upper]");
    if (upper) upper.style.clipPath = `inset(0 0 0 ${percent}%)`;
  }
}
