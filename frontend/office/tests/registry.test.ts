import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Controller, Registry } from "../src/lib/registry";

const log: string[] = [];

class Probe extends Controller {
  connect(): void {
    log.push(`on ${this.element.id}`);
    document.addEventListener("ping", () => log.push(`ping ${this.element.id}`), { signal: this.signal });
  }

  protected override released(): void {
    log.push(`off ${this.element.id}`);
  }
}

let registry: Registry;

beforeEach(() => {
  log.length = 0;
  document.body.innerHTML = '<div id="a" data-controller="probe"></div>';
  registry = new Registry({ probe: Probe });
  registry.start(document);
});

const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

afterEach(async () => {
  document.body.replaceChildren();
  await settle();
  registry.stop();
});

test("binds what is there and what comes later, once", async () => {
  document.body.insertAdjacentHTML("beforeend", '<p><span id="b" data-controller="probe"></span></p>');
  await settle();
  registry.scan(document);
  expect(log).toEqual(["on a", "on b"]);
});

test("releases what leaves, with its listeners", async () => {
  document.getElementById("a")?.remove();
  await settle();
  document.dispatchEvent(new Event("ping"));
  expect(log).toEqual(["on a", "off a"]);
});

test("a moved element keeps its controller", async () => {
  const element = document.getElementById("a") as HTMLElement;
  const holder = document.createElement("section");
  document.body.append(holder);
  holder.append(element);
  await settle();
  expect(log).toEqual(["on a"]);
});

test("an unknown name is told and does not stop the others", async () => {
  const told = vi.fn();
  vi.stubGlobal("reportError", told);
  document.body.insertAdjacentHTML("beforeend", '<i data-controller="nobody"></i><b id="c" data-controller="probe"></b>');
  await settle();
  expect(told).toHaveBeenCalledOnce();
  expect(log).toContain("on c");
  vi.unstubAllGlobals();
});
