import { Controller } from "../lib/registry";

/** Ctrl+K (or Cmd+K) brings the cursor into the search box of the page, wherever one is. */
export class SearchKeyController extends Controller<HTMLInputElement> {
  connect(): void {
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: this.signal });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    const box = document.querySelector<HTMLInputElement>("#search-page") ?? this.element;
    box.focus();
    box.select();
  }
}
