import { Controller } from "../lib/registry";
import { part } from "../lib/dom";
import { toast } from "./toast";

/** Copies `data-copy-text`; the button is shown only where the browser allows copying. */
export class CopyController extends Controller {
  connect(): void {
    const button = part<HTMLButtonElement>(this.element, "[data-copy-button]");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () => void this.copy());
  }

  private async copy(): Promise<void> {
    const text = this.element.dataset["copyText"] ?? "";
    await navigator.clipboard.writeText(text);
    toast("success", text);
  }
}
