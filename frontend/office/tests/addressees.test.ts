import { beforeEach, expect, test } from "vitest";
import { AddresseesController } from "../src/controllers/addressees";

const item = (id: string, text: string): string =>
  `<li data-item><label><input type="checkbox" name="unit" value="${id}">${text}</label></li>`;
const branch = (label: string, ...items: string[]): string =>
  `<details data-branch><summary>${label}<span data-branch-count></span></summary>
   <button type="button" data-branch-all hidden></button><ul>${items.join("")}</ul></details>`;
const get = <E extends HTMLElement>(selector: string): E => document.querySelector(selector) as E;
const type = (text: string): void => {
  const search = get<HTMLInputElement>("[data-search]");
  search.value = text;
  search.dispatchEvent(new Event("input"));
};
const shown = (): string[] =>
  [...document.querySelectorAll<HTMLElement>("[data-item]")].filter((i) => !i.hidden).map((i) => i.textContent ?? "");
const chosen = (): string => get("[data-chosen-count]").textContent ?? "";

beforeEach(() => {
  document.body.innerHTML = `<form><fieldset><b data-chosen-count>0</b>
    <div data-groups><label><input type="checkbox" name="group" value="villages"> 全部村 </label></div>
    <label data-search-box hidden><input data-search></label><p data-none hidden></p>
    ${branch("乡镇", item("1", "苏村乡"), item("2", "黑水河乡"))}${branch("部门", item("3", "县水利局"))}</fieldset></form>`;
  new AddresseesController(get("fieldset")).connect();
});

test("the search box appears, narrows the tree and opens what it finds", () => {
  expect(get("[data-search-box]").hidden).toBe(false);
  type("黑水");
  expect(shown()).toEqual(["黑水河乡"]);
  expect(document.querySelectorAll<HTMLDetailsElement>("[data-branch]")[0]?.open).toBe(true);
  expect(document.querySelectorAll<HTMLElement>("[data-branch]")[1]?.hidden).toBe(true);
  type("没有");
  expect(get("[data-none]").hidden).toBe(false);
  type("");
  expect(shown()).toHaveLength(3);
  expect(get("[data-none]").hidden).toBe(true);
});

test("the name of a branch finds all of it", () => {
  type("乡镇");
  expect(shown()).toEqual(["苏村乡", "黑水河乡"]);
});

test("a branch is taken whole and given back, what is hidden stays as it is", () => {
  const all = get<HTMLButtonElement>("[data-branch-all]");
  expect(all.hidden).toBe(false);
  all.click();
  expect(chosen()).toBe("2");
  all.click();
  expect(chosen()).toBe("0");
  type("苏村");
  all.click();
  expect(chosen()).toBe("1");
});

test("groups and single units are told together", () => {
  get<HTMLInputElement>("[data-groups] input").click();
  expect(chosen()).toBe("全部村");
  get<HTMLInputElement>('[value="3"]').click();
  expect(chosen()).toBe("全部村 + 1");
});

test("Enter in the search box does not send the order", () => {
  const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
  get("[data-search]").dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
});
