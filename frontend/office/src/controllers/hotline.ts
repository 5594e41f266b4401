import { Controller } from "../lib/registry";
import { part } from "../lib/dom";

/** Who calls never leaves the form but with the registration itself. */
const CALLER = ["caller_name", "caller_phone"];

interface Place {
  division: string;
  name: string;
  within: string;
  level: string;
  lon: number;
  lat: number;
}

/** Enter that ends the choice of Chinese characters is not meant for the form. */
const composing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;

/** The desk's form during a call: places as one types, what is alike, a draft that survives, the next call by F2. */
export class HotlineController extends Controller<HTMLFormElement> {
  private readonly timers = new Map<string, number>();
  private places: Place[] = [];
  private at = -1;
  private asked = 0;
  private looked = 0;

  connect(): void {
    const place = this.field("place");
    place.addEventListener("input", () => {
      this.forget();
      this.later("places", 180, () => void this.search(place.value));
    });
    place.addEventListener("keydown", (event) => this.onPlaceKey(event));
    place.addEventListener("blur", () => this.later("close", 200, () => this.close()));
    this.element.addEventListener("input", () => {
      this.later("draft", 1200, () => void this.save());
      this.later("alike", 500, () => void this.alike());
    });
    this.element.addEventListener("keydown", (event) => this.onEnter(event));
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: this.signal });
    part<HTMLAnchorElement>(this.element, "[data-hotline-next]")?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.next();
    });
    if (place.value !== "" || this.field("description").value !== "") void this.alike();
  }

  protected override released(): void {
    this.timers.forEach((timer) => window.clearTimeout(timer));
  }

  private field(name: string): HTMLInputElement {
    const found = part<HTMLInputElement>(this.element, `[name="${name}"]`);
    if (!found) throw new Error(`the form has no field ${name}`);
    return found;
  }

  private later(name: string, wait: number, run: () => void): void {
    window.clearTimeout(this.timers.get(name));
    this.timers.set(name, window.setTimeout(run, wait));
  }

  /** A name that was changed after choosing is no longer that place. */
  private forget(): void {
    if (this.field("division").value === "") return;
    for (const name of ["lon", "lat", "precision", "division"]) this.field(name).value = "";
  }

  private async search(text: string): Promise<void> {
    const turn = ++this.asked;
    if (text.trim() === "") return this.close();
    const answer = await fetch(`${this.element.dataset["places"] ?? ""}?q=${encodeURIComponent(text.trim())}`);
    if (!answer.ok || turn !== this.asked) return;
    this.places = ((await answer.json()) as { places: Place[] }).places;
    this.at = this.places.length > 0 ? 0 : -1;
    this.draw();
  }

  private get list(): HTMLElement | null {
    return part<HTMLElement>(this.element, "#hotline-places");
  }

  private draw(): void {
    const list = this.list;
    if (!list) return;
    list.replaceChildren(...this.places.map((place, index) => this.option(place, index)));
    list.hidden = this.places.length === 0;
    const place = this.field("place");
    place.setAttribute("aria-expanded", String(!list.hidden));
    if (this.at >= 0) place.setAttribute("aria-activedescendant", `hotline-place-${this.at}`);
    else place.removeAttribute("aria-activedescendant");
  }

  private option(place: Place, index: number): HTMLElement {
    const item = document.createElement("li");
    item.id = `hotline-place-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === this.at));
    item.textContent = place.within ? `${place.name} · ${place.within}` : place.name;
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.choose(place);
    });
    return item;
  }

  private onPlaceKey(event: KeyboardEvent): void {
    const open = this.list?.hidden === false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.at = (this.at + step + this.places.length) % this.places.length;
      this.draw();
    } else if (event.key === "Enter" && !event.ctrlKey && !composing(event)) {
      const place = open ? this.places[this.at] : undefined;
      if (!place) return;
      event.preventDefault();
      this.choose(place);
    } else if (event.key === "Escape" && open) {
      this.close();
    }
  }

  private choose(place: Place): void {
    this.asked += 1;
    this.field("place").value = place.name;
    this.field("lon").value = String(place.lon);
    this.field("lat").value = String(place.lat);
    this.field("precision").value = place.level;
    this.field("division").value = place.division;
    this.close();
    this.field("place_text").focus();
    this.later("draft", 300, () => void this.save());
    void this.alike();
  }

  private close(): void {
    this.places = [];
    this.at = -1;
    this.draw();
  }

  /** Enter goes on to the next field, as a clerk who looks at no mouse expects; Shift+Enter is a new line. */
  private onEnter(event: KeyboardEvent): void {
    const from = event.target;
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.shiftKey || composing(event)) return;
    if (event.defaultPrevented || !(from instanceof HTMLInputElement || from instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    this.after(from)?.focus();
  }

  private after(from: HTMLInputElement | HTMLTextAreaElement): HTMLElement | undefined {
    const all = [...this.element.querySelectorAll<HTMLInputElement>("input, textarea, button[type=submit]")];
    const at = all.indexOf(from as HTMLInputElement);
    return all.slice(at + 1).find((next) => next.type !== "hidden" && (next.type !== "radio" || next.name !== from.name));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "F2") {
      event.preventDefault();
      void this.next();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.element.requestSubmit();
    }
  }

  private body(): FormData {
    const body = new FormData(this.element);
    for (const name of CALLER) body.delete(name);
    return body;
  }

  private async save(): Promise<void> {
    const answer = await fetch(this.element.dataset["draft"] ?? "", { method: "POST", body: this.body() });
    if (!answer.ok) return;
    const saved = ((await answer.json()) as { saved: string }).saved;
    const note = part<HTMLElement>(this.element, "[data-hotline-saved]");
    if (note) note.textContent = `${this.element.dataset["savedWord"] ?? ""} ${saved}`;
  }

  private async alike(): Promise<void> {
    const query = new URLSearchParams({ text: this.field("description").value });
    for (const name of ["lon", "lat", "precision", "division", "source_no"]) query.set(name, this.field(name).value);
    const turn = ++this.looked;
    const answer = await fetch(`${this.element.dataset["alike"] ?? ""}?${query.toString()}`);
    const box = document.getElementById("hotline-alike");
    if (!answer.ok || !box) return;
    const text = await answer.text();
    if (turn === this.looked) box.innerHTML = text;
  }

  private async next(): Promise<void> {
    this.timers.forEach((timer) => window.clearTimeout(timer));
    const body = this.body();
    body.set("clear", "1");
    await fetch(this.element.dataset["draft"] ?? "", { method: "POST", body });
    window.location.assign(this.element.dataset["next"] ?? "");
  }
}
