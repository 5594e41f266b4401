import { Controller } from "../lib/registry";
import { element, part } from "../lib/dom";
import { kindText, sizeText } from "../lib/format";

/** A file field that also takes dropped files and shows name, kind and size of what was chosen. */
export class FileDropController extends Controller {
  connect(): void {
    const input = this.input;
    if (!input) return;
    input.addEventListener("change", () => this.show());
    this.element.addEventListener("dragover", (event) => this.over(event, true));
    this.element.addEventListener("dragleave", (event) => this.over(event, false));
    this.element.addEventListener("drop", (event) => this.drop(event));
    this.show();
  }

  protected get input(): HTMLInputElement | null {
    return part<HTMLInputElement>(this.element, 'input[type="file"]');
  }

  protected get list(): HTMLElement | null {
    return part(this.element, "[data-list]");
  }

  private over(event: DragEvent, on: boolean): void {
    event.preventDefault();
    this.element.toggleAttribute("data-over", on);
  }

  private drop(event: DragEvent): void {
    this.over(event, false);
    const input = this.input;
    if (!input || !event.dataTransfer || event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  protected show(): void {
    const files = [...(this.input?.files ?? [])];
    this.list?.replaceChildren(...files.map((file) => this.row(file)));
  }

  protected row(file: File): HTMLElement {
    const item = element("li", "qs-row");
    item.append(
      element("span", "qs-strong", file.name),
      element("span", "qs-file__kind qs-small", kindText(file.name)),
      element("span", "qs-mute qs-small", sizeText(file.size)),
    );
    return item;
  }
}

/** A photo field that shows a small picture of each chosen photo. */
export class PhotoPickerController extends FileDropController {
  private addresses: string[] = [];

  protected override show(): void {
    this.forget();
    super.show();
  }

  protected override row(file: File): HTMLElement {
    const item = element("li");
    const picture = element("img");
    const address = URL.createObjectURL(file);
    this.addresses.push(address);
    picture.src = address;
    picture.alt = file.name;
    item.append(picture, element("span", "", `${file.name} ${sizeText(file.size)}`));
    return item;
  }

  protected override released(): void {
    this.forget();
  }

  private forget(): void {
    this.addresses.forEach((address) => URL.revokeObjectURL(address));
    this.addresses = [];
  }
}
