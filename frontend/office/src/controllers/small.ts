import { Controller } from "../lib/registry";

/** Sends the form of a select as soon as another value is chosen. */
export class AutosubmitController extends Controller<HTMLSelectElement> {
  connect(): void {
    this.element.addEventListener("change", () => this.element.form?.requestSubmit());
  }
}

/** Takes the focus when it appears: a refusal must be read first. */
export class FocusController extends Controller {
  connect(): void {
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }
}
