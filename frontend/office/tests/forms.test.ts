import { beforeEach, expect, test, vi } from "vitest";
import { FileDropController, PhotoPickerController } from "../src/controllers/files";
import { AutosubmitController, FocusController } from "../src/controllers/small";
import { installConfirm } from "../src/lib/confirm";
import { installSendOnce } from "../src/lib/once";

const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0));
installConfirm(document);
installSendOnce(document);

function send(form: HTMLFormElement): boolean {
  const button = form.querySelector("button");
  return form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter: button }));
}

beforeEach(() => {
  document.body.innerHTML = `
    <form method="post" data-confirm="销号后不能撤回"><button>销号</button></form>
    <dialog id="confirm"><p data-confirm-text></p></dialog>`;
});

const form = (): HTMLFormElement => document.querySelector("form") as HTMLFormElement;
const dialog = (): HTMLDialogElement => document.getElementById("confirm") as HTMLDialogElement;

test("an act that cannot be undone is sent only when affirmed", async () => {
  const sent = vi.spyOn(HTMLFormElement.prototype, "requestSubmit").mockImplementation(() => undefined);
  expect(send(form())).toBe(false);
  expect(dialog().querySelector("p")?.textContent).toBe("销号后不能撤回");
  dialog().close("cancel");
  await settle();
  expect(sent).not.toHaveBeenCalled();
  send(form());
  dialog().close("yes");
  await settle();
  expect(sent).toHaveBeenCalledOnce();
  expect(send(form())).toBe(true);
});

test("a form is sent once", () => {
  delete form().dataset["confirm"];
  expect(send(form())).toBe(true);
  expect(send(form())).toBe(false);
  window.dispatchEvent(new Event("pageshow"));
  expect(send(form())).toBe(true);
});

test("HTMX asks through the same dialog", async () => {
  const issueRequest = vi.fn();
  const event = new CustomEvent("htmx:confirm", {
    bubbles: true,
    cancelable: true,
    detail: { question: "确认签收？", issueRequest },
  });
  document.body.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
  dialog().close("yes");
  await settle();
  expect(issueRequest).toHaveBeenCalledWith(true);
});

test("chosen files are listed with kind and size", () => {
  document.body.innerHTML = '<div><input type="file"><ul data-list></ul></div>';
  const holder = document.querySelector("div") as HTMLElement;
  const input = holder.querySelector("input") as HTMLInputElement;
  const file = new File([new Uint8Array(3400)], "第三批.geojson");
  Object.defineProperty(input, "files", { value: [file], configurable: true });
  new FileDropController(holder).connect();
  input.dispatchEvent(new Event("change"));
  expect(holder.querySelector("li")?.textContent).toBe("第三批.geojsonGeoJSON3.4 kB");
});

test("a file held over the field marks it", () => {
  document.body.innerHTML = '<div><input type="file"><ul data-list></ul></div>';
  const holder = document.querySelector("div") as HTMLElement;
  new FileDropController(holder).connect();
  holder.dispatchEvent(new Event("dragover", { cancelable: true }));
  expect(holder.hasAttribute("data-over")).toBe(true);
  holder.dispatchEvent(new Event("dragleave", { cancelable: true }));
  expect(holder.hasAttribute("data-over")).toBe(false);
});

test("chosen photos are shown, and their addresses given back", () => {
  const made = vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:one");
  const freed = vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => undefined);
  document.body.innerHTML = '<div><input type="file"><ul data-list></ul></div>';
  const holder = document.querySelector("div") as HTMLElement;
  const input = holder.querySelector("input") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [new File(["x"], "north.jpg")], configurable: true });
  const picker = new PhotoPickerController(holder);
  picker.connect();
  expect(made).toHaveBeenCalledOnce();
  expect(holder.querySelector("img")?.alt).toBe("north.jpg");
  picker.disconnect();
  expect(freed).toHaveBeenCalledWith("blob:one");
});

test("a select sends its form; a refusal takes the focus", () => {
  const sent = vi.spyOn(HTMLFormElement.prototype, "requestSubmit").mockImplementation(() => undefined);
  document.body.innerHTML = '<form><select><option>a</option></select></form><div tabindex="-1"></div>';
  const select = document.querySelector("select") as HTMLSelectElement;
  new AutosubmitController(select).connect();
  select.dispatchEvent(new Event("change"));
  expect(sent).toHaveBeenCalledOnce();
  Element.prototype.scrollIntoView = vi.fn();
  const box = document.querySelector("div") as HTMLElement;
  new FocusController(box).connect();
  expect(document.activeElement).toBe(box);
});
