import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CopyController } from "../src/controllers/copy";
import { DrawerController } from "../src/controllers/drawer";
import { MenuController } from "../src/controllers/menu";
import { ToastController, listenForToasts, toast } from "../src/controllers/toast";

const PATTERN = (level: string): string => `
  <template id="toast-${level}"><div class="qs-toast qs-toast--${level}">
    <div class="qs-toast__text"></div><button data-toast-close hidden></button></div></template>`;

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = `<div id="toasts" data-fault="出错"></div>${PATTERN("success")}${PATTERN("error")}`;
});

afterEach(() => vi.useRealTimers());

test("a toast shows text, never markup", () => {
  const made = toast("success", "<b>已保存</b>");
  expect(made?.querySelector("b")).toBeNull();
  expect(document.querySelector("#toasts .qs-toast__text")?.textContent).toBe("<b>已保存</b>");
});

test("a success goes by itself, a refusal stays until closed", () => {
  for (const level of ["success", "error"] as const) new ToastController(toast(level, level) as HTMLElement).connect();
  vi.advanceTimersByTime(7000);
  expect(document.querySelectorAll("#toasts > *")).toHaveLength(1);
  document.querySelector<HTMLButtonElement>("#toasts [data-toast-close]")?.click();
  expect(document.querySelectorAll("#toasts > *")).toHaveLength(0);
});

test("toasts come with HTMX answers and on faults", () => {
  listenForToasts(document);
  document.body.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { level: "success", text: "已签收" } }));
  document.body.dispatchEvent(new CustomEvent("htmx:responseError", { bubbles: true }));
  const texts = [...document.querySelectorAll(".qs-toast__text")].map((each) => each.textContent);
  expect(texts).toEqual(["已签收", "出错"]);
});

test("a menu closes on Escape and on a click elsewhere", () => {
  document.body.innerHTML =
    '<details open><summary>其他办理</summary><ul><li><a href="#1">一</a></li><li><a href="#2">二</a></li></ul></details><p></p>';
  const menu = document.querySelector("details") as HTMLDetailsElement;
  new MenuController(menu).connect();
  menu.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
  expect(document.activeElement?.textContent).toBe("一");
  menu.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
  expect(document.activeElement?.textContent).toBe("二");
  menu.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect(menu.open).toBe(false);
  menu.open = true;
  document.querySelector("p")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(menu.open).toBe(false);
});

test("the drawer opens its dialog, a click beside it closes it", () => {
  document.body.innerHTML = '<button data-drawer="side"></button><dialog id="side"><p>导航</p></dialog>';
  const button = document.querySelector("button") as HTMLButtonElement;
  const side = document.getElementById("side") as HTMLDialogElement;
  new DrawerController(button).connect();
  button.click();
  expect(side.open).toBe(true);
  side.querySelector("p")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(side.open).toBe(true);
  side.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  expect(side.open).toBe(false);
});

test("copying writes the text to the clipboard", async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  document.body.innerHTML = '<span data-copy-text="114.2,37.7"><button data-copy-button hidden></button></span>';
  new CopyController(document.querySelector("span") as HTMLElement).connect();
  const button = document.querySelector("button") as HTMLButtonElement;
  expect(button.hidden).toBe(false);
  button.click();
  expect(writeText).toHaveBeenCalledWith("114.2,37.7");
  vi.unstubAllGlobals();
});
