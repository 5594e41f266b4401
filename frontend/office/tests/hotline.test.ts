import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HotlineController } from "../src/controllers/hotline";

const VILLAGE = { name: "演示村", within: "演示乡", level: "village", division: "130132204201", lon: 114.3, lat: 37.7 };
const MATTER = { name: "演示矿", within: "线索1", level: "", division: "130132204202", lon: 114.4, lat: 37.8 };
const get = <E extends HTMLElement = HTMLInputElement>(name: string): E =>
  document.querySelector(name.startsWith("#") ? name : `[name="${name}"]`) as E;
const press = (from: Element, key: string, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  from.dispatchEvent(event);
  return event;
};
const type = (name: string, text: string): void => {
  get(name).value = text;
  get(name).dispatchEvent(new Event("input", { bubbles: true }));
};
let asked: [string, RequestInit | undefined][] = [];
let made: HotlineController;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal("fetch", (address: string, init?: RequestInit) => {
    asked.push([address, init]);
    const body = address.startsWith("/places") ? { places: [VILLAGE, MATTER] } : { saved: "09:00:00" };
    return Promise.resolve({ ok: true, json: () => Promise.resolve(body), text: () => Promise.resolve("<p>相近</p>") });
  });
  document.body.innerHTML = `<form data-places="/places/" data-alike="/alike/" data-draft="/draft/" data-next="#next">
    <input type="radio" name="channel" value="a" checked><input type="radio" name="channel" value="b">
    <input name="place"><ul id="hotline-places" hidden></ul>
    <input type="hidden" name="precision"><input type="hidden" name="division"><input name="lon"><input name="lat">
    <input name="place_text"><textarea name="description"></textarea><input name="caller_name"><input name="caller_phone">
    <input name="source_no"><button type="submit">登记</button><span data-hotline-saved></span></form>
    <div id="hotline-alike"></div>`;
  made = new HotlineController(document.querySelector("form") as HTMLFormElement);
  made.connect();
});

afterEach(() => {
  made.disconnect();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a place is found while typing, chosen by keyboard, and forgotten when its name is changed", async () => {
  type("place", "演示");
  await vi.advanceTimersByTimeAsync(200);
  expect(get("#hotline-places").children).toHaveLength(2);
  press(get("place"), "ArrowDown");
  press(get("place"), "Enter");
  expect([get("place").value, get("lon").value, get("division").value, get("precision").value]).toEqual([
    "演示矿", "114.4", "130132204202", "",
  ]);
  expect(document.activeElement).toBe(get("place_text"));
  await vi.advanceTimersByTimeAsync(10);
  expect(get("#hotline-alike").textContent).toBe("相近");
  expect(asked.at(-1)?.[0]).toContain("lon=114.4");
  type("place", "演示矿二");
  expect([get("lon").value, get("division").value]).toEqual(["", ""]);
});

test("Enter goes to the next field, passes the other choices of a group, and is left alone while characters are chosen", () => {
  press(document.querySelector('[value="a"]') as Element, "Enter");
  expect(document.activeElement).toBe(get("place"));
  get("description").focus();
  expect(press(get("description"), "Enter", { shiftKey: true }).defaultPrevented).toBe(false);
  expect(press(get("description"), "Enter", { isComposing: true }).defaultPrevented).toBe(false);
  expect(document.activeElement).toBe(get("description"));
  press(get("description"), "Enter");
  expect(document.activeElement).toBe(get("caller_name"));
});

test("Ctrl+Enter files the call from anywhere", () => {
  const form = document.querySelector("form") as HTMLFormElement;
  const sent = vi.fn((event: Event) => event.preventDefault());
  form.addEventListener("submit", sent);
  form.requestSubmit = () => form.dispatchEvent(new Event("submit", { cancelable: true }));
  press(get("place"), "Enter", { ctrlKey: true });
  expect(sent).toHaveBeenCalledOnce();
});

test("the draft is kept without who calls", async () => {
  get("caller_name").value = "演示·举报人";
  get("caller_phone").value = "00000000";
  type("description", "有车拉石头");
  await vi.advanceTimersByTimeAsync(1300);
  const draft = asked.find(([address]) => address === "/draft/")?.[1]?.body as FormData;
  expect(draft.get("description")).toBe("有车拉石头");
  expect([draft.has("caller_name"), draft.has("caller_phone")]).toEqual([false, false]);
  expect(asked.every(([address]) => !address.includes("00000000"))).toBe(true);
  expect(document.querySelector("[data-hotline-saved]")?.textContent).toContain("09:00:00");
});

test("F2 throws the draft away and goes on to the next call", async () => {
  press(document.body, "F2");
  await vi.advanceTimersByTimeAsync(10);
  const sent = asked.find(([address]) => address === "/draft/")?.[1]?.body as FormData;
  expect(sent.get("clear")).toBe("1");
});
