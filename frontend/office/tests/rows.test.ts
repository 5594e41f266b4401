import { beforeEach, expect, test, vi } from "vitest";
import { RowsController } from "../src/controllers/rows";

function row(id: string): string {
  return `<tr data-id="${id}"><td class="qs-pick"><input type="checkbox" value="${id}"></td><td><a href="#${id}">${id}</a></td></tr>`;
}

let controller: RowsController;
const at = (): string | undefined => document.querySelector<HTMLElement>("tr[data-cursor]")?.dataset["id"];
const press = (key: string, target: EventTarget = document.body): boolean =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const bar = (): HTMLElement => document.querySelector("[data-bulk-bar]") as HTMLElement;

beforeEach(() => {
  controller?.disconnect();
  document.body.innerHTML = `
    <input id="search">
    <form><table><thead><tr><th><input type="checkbox" data-pick-all></th></tr></thead>
    <tbody>${row("a")}${row("b")}${row("c")}</tbody></table>
    <div data-bulk-bar hidden><b data-bulk-count></b><button type="button" data-bulk-clear></button></div></form>`;
  Element.prototype.scrollIntoView = vi.fn();
  controller = new RowsController(document.querySelector("table") as HTMLTableElement);
  controller.connect();
});

test("j and k move the cursor and stop at the ends", () => {
  press("j");
  expect(at()).toBe("a");
  press("j");
  press("j");
  press("j");
  expect(at()).toBe("c");
  press("k");
  expect(at()).toBe("b");
});

test("Enter opens the row's link", () => {
  const opened = vi.fn((event: Event) => event.preventDefault());
  document.querySelector('a[href="#b"]')?.addEventListener("click", opened);
  press("j");
  press("j");
  press("Enter");
  expect(opened).toHaveBeenCalledOnce();
});

test("x picks, the bar counts, clearing hides it", () => {
  expect(bar().hidden).toBe(true);
  press("j");
  press("x");
  expect(bar().hidden).toBe(false);
  expect(bar().querySelector("b")?.textContent).toBe("1");
  expect(document.querySelector<HTMLInputElement>("[data-pick-all]")?.indeterminate).toBe(true);
  bar().querySelector("button")?.click();
  expect(bar().hidden).toBe(true);
});

test("the head's box picks every row", () => {
  const all = document.querySelector("[data-pick-all]") as HTMLInputElement;
  all.checked = true;
  all.dispatchEvent(new Event("change", { bubbles: true }));
  expect(document.querySelectorAll("tr[data-picked]")).toHaveLength(3);
});

test("keys typed into a field or with Ctrl belong to it", () => {
  press("j", document.getElementById("search") as HTMLElement);
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", ctrlKey: true, bubbles: true }));
  expect(at()).toBeUndefined();
});
