import { Controller } from "../lib/registry";

/** Button that opens the dialog named in `data-drawer`; a click beside the dialog closes it. */
export class DrawerController extends Controller<HTMLButtonElement> {
  connect(): void {
    this.element.addEventListener("click", () => {
      const drawer = document.getElementById(this.element.dataset["drawer"] ?? "");
      if (!(drawer instanceof HTMLDialogElement)) return;
      drawer.addEventListener("click", (event) => event.target === drawer && drawer.close(), { signal: this.signal });
      drawer.showModal();
    });
  }
}
