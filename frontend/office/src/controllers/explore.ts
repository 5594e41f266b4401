import htmx from "htmx.org";
import { isTyping, part } from "../lib/dom";
import { positionPlain, positionText } from "../lib/format";
import { dmsText, metresText, readPosition } from "../lib/positions";
import { Controller } from "../lib/registry";
import { dayAfter, daysBetween, placeText, readFilters, withFilters, withOwn } from "../map/address";
import type { Measuring, Mode } from "../map/measuring";
import type { OfficeMap } from "../map/office-map";
import type { Bounds } from "../map/options";
import type { PictureLayer } from "../map/style";

const REST_MS = 350;
const STEP_MS = 900;

/**
 * The map page (地图): filters and legend beside the map, the list of what is in the view, days to go back to, measuring,
 * positions. The address bar holds the whole view; without a map the list still works.
 */
export class ExploreController extends Controller {
  private map: OfficeMap | null = null;
  private measuring: Measuring | null = null;
  private box = "";
  private timer = 0;
  private playing = 0;
  private asked = "";

  connect(): void {
    this.element.addEventListener("qs:map-ready", (event) => {
      const { map } = (event as CustomEvent<{ map: OfficeMap }>).detail;
      void this.start(map);
    });
    this.element.addEventListener("qs:map-fault", () => this.loadList());
    this.form?.addEventListener("change", () => this.refresh());
    this.form?.addEventListener("submit", (event) => event.preventDefault());
    const panel = part<HTMLDetailsElement>(this.element, "[data-explore-panel]");
    if (panel && window.matchMedia("(max-width: 61.99rem)").matches) panel.open = false;
    this.bindSwitches();
    this.bindList();
    this.bindTime();
    this.bindPosition();
    this.box = this.element.dataset["bbox"] ?? "";
    void this.loadCounts();
    this.loadList();
  }

  protected override released(): void {
    window.clearTimeout(this.timer);
    window.clearInterval(this.playing);
    this.swipeEnd();
  }

  private get form(): HTMLFormElement | null {
    return part<HTMLFormElement>(this.element, "form[data-explore-filters]");
  }

  private async start(map: OfficeMap): Promise<void> {
    this.map = map;
    map.onMoved = (bounds, place) => {
      this.setAddress(withOwn(window.location.search, "pos", placeText(place)));
      this.moved(bounds);
    };
    map.onMatter = (matter) => this.openMatter(matter.kind, matter.id);
    map.onHover = (id) => this.markRow(id);
    this.applySwitches();
    this.moved(map.bounds());
    const { Measuring } = await import("../map/measuring");
    if (this.signal.aborted) return;
    this.measuring = new Measuring(map, (mode, figure, count) => this.showMeasure(mode, figure, count));
    this.bindMeasuring();
    this.bindPictures(map);
  }

  // --- own pictures, before and after ------------------------------------------------------------------------------

  private bindPictures(map: OfficeMap): void {
    const holder = document.getElementById("map-pictures");
    if (!holder?.textContent) return;
    const pictures = JSON.parse(holder.textContent) as PictureLayer[];
    const boxes = [...this.element.querySelectorAll<HTMLInputElement>("[data-explore-picture]")];
    const wanted = (new URLSearchParams(window.location.search).get("images") ?? "").split(",");
    const chosen = (): string[] => boxes.filter((box) => box.checked).map((box) => box.dataset["explorePicture"] ?? "");
    // The newest picture stands first in the list and lies on top.
    const show = (): void => map.showPictures(pictures.filter((one) => chosen().includes(one.id)).reverse());
    boxes.forEach((box) => {
      box.checked = wanted.includes(box.dataset["explorePicture"] ?? "");
      box.addEventListener("change", (event) => {
        event.stopPropagation();
        this.setAddress(withOwn(window.location.search, "images", chosen().join(",")));
        show();
      });
    });
    show();
    const first = pictures.find((one) => wanted.includes(one.id));
    if (first && !new URLSearchParams(window.location.search).has("pos")) map.fitTo(first.bounds);
    void import("../map/swipe").then(({ bindSwipe }) => {
      if (!this.signal.aborted) {
        this.swipeEnd = bindSwipe(this.element, map, pictures, show, chosen, (search) => this.setAddress(search));
      }
    });
  }

  private swipeEnd: () => void = () => undefined;

  // --- filters, legend, address ------------------------------------------------------------------------------------

  /** Filters as the server reads them. */
  private filters(): URLSearchParams {
    return this.form ? readFilters(this.form) : new URLSearchParams();
  }

  private setAddress(search: string): void {
    const { pathname, hash } = window.location;
    window.history.replaceState(window.history.state, "", `${pathname}${search}${hash}`);
  }

  private refresh(): void {
    const filters = this.filters();
    this.setAddress(withFilters(window.location.search, filters));
    this.map?.filter(String(filters));
    void this.loadCounts();
    this.loadList();
  }

  private async loadCounts(): Promise<void> {
    const address = this.element.dataset["counts"] ?? "";
    const query = String(this.filters());
    this.asked = query;
    const answer = await fetch(`${address}?${query}`, { signal: this.signal }).catch(() => null);
    if (!answer?.ok || this.asked !== query) return;
    const counts = (await answer.json()) as Record<string, Record<string, number>>;
    this.element.querySelectorAll<HTMLElement>("[data-count]").forEach((place) => {
      const [kind = "", slug = ""] = (place.dataset["count"] ?? "").split(":");
      const known = counts[kind] ?? {};
      const n = slug ? (known[slug] ?? 0) : Object.values(known).reduce((sum, one) => sum + one, 0);
      place.textContent = n.toLocaleString("zh-CN");
      place.closest<HTMLElement>("[data-empty-hidden]")?.toggleAttribute("hidden", n === 0);
    });
  }

  private bindSwitches(): void {
    const off = (new URLSearchParams(window.location.search).get("off") ?? "villages").split(",");
    this.switches.forEach((box) => {
      box.checked = !off.includes(box.dataset["exploreLayer"] ?? "");
      box.addEventListener("change", () => {
        const hidden = this.switches.filter((one) => !one.checked).map((one) => one.dataset["exploreLayer"] ?? "");
        this.setAddress(withOwn(window.location.search, "off", hidden.join(",") || "-"));
        this.applySwitches();
      });
    });
    part(this.element, "[data-explore-fit]")?.addEventListener("click", () => this.map?.fit());
    part(this.element, "[data-explore-clear]")?.addEventListener("click", () => this.clear());
  }

  private get switches(): HTMLInputElement[] {
    return [...this.element.querySelectorAll<HTMLInputElement>("[data-explore-layer]")];
  }

  private applySwitches(): void {
    this.switches.forEach((box) => this.map?.show(box.dataset["exploreLayer"] ?? "", box.checked));
  }

  private clear(): void {
    if (!this.form) return;
    for (const field of this.form.elements) {
      if (field instanceof HTMLInputElement && field.type === "checkbox") {
        field.checked = field.dataset["list"] !== undefined;
      } else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = "";
    }
    this.showDay("");
    this.refresh();
  }

  // --- list of the view ----------------------------------------------------------------------------------------------

  private moved(bounds: Bounds): void {
    const [west, south, east, north] = bounds;
    const inside = [Math.max(-180, west), Math.max(-85, south), Math.min(180, east), Math.min(85, north)];
    this.box = inside.map((degrees) => degrees.toFixed(6)).join(",");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.loadList(), REST_MS);
  }

  private get kind(): string {
    return part<HTMLInputElement>(this.element, "[data-explore-kind]:checked")?.value ?? "leads";
  }

  private loadList(): void {
    const target = part(this.element, "[data-explore-list]");
    const address = (this.element.dataset["list"] ?? "").replace("KIND", this.kind);
    if (!target || !address) return;
    const query = new URLSearchParams([...this.filters(), ["box", this.box]]);
    void htmx.ajax("get", `${address}?${query}`, { target, swap: "innerHTML" });
  }

  private bindList(): void {
    this.element.querySelectorAll("[data-explore-kind]").forEach((choice) => {
      choice.addEventListener("change", (event) => {
        event.stopPropagation();
        this.loadList();
      });
    });
    const list = part(this.element, "[data-explore-list]");
    const point = (event: Event): void => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-lon]") : null;
      this.map?.highlight(row ? { lon: Number(row.dataset["lon"]), lat: Number(row.dataset["lat"]) } : null);
    };
    list?.addEventListener("mouseover", point);
    list?.addEventListener("focusin", point);
    list?.addEventListener("mouseleave", () => this.map?.highlight(null));
    list?.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>("button[data-lon]") : null;
      if (!row) return;
      this.map?.goTo(Number(row.dataset["lon"]), Number(row.dataset["lat"]));
      this.openMatter(row.dataset["kind"] ?? "", row.dataset["id"] ?? "");
    });
    list?.addEventListener("keydown", (event) => this.walk(event));
  }

  /** Arrows and j/k walk the list. */
  private walk(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!by || isTyping(event)) return;
    const rows = [...this.element.querySelectorAll<HTMLElement>("[data-explore-list] button[data-lon]")];
    const next = rows[rows.indexOf(document.activeElement as HTMLElement) + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  private markRow(id: string): void {
    this.element.querySelectorAll<HTMLElement>("[data-explore-list] [data-id]").forEach((row) => {
      row.classList.toggle("qs-explore__row--on", id !== "" && row.dataset["id"] === id);
    });
  }

  /** The summary of a matter beside the map. */
  private openMatter(kind: string, id: string): void {
    const target = part(this.element, "[data-explore-matter]");
    const address = (this.element.dataset["matter"] ?? "").replace("KIND", `${kind}s`).replace("ID", id);
    if (!target || !id) return;
    target.hidden = false;
    void htmx.ajax("get", address, { target, swap: "innerHTML" }).then(() => {
      part(target, "[data-explore-close]")?.addEventListener("click", () => (target.hidden = true));
    });
  }

  // --- days --------------------------------------------------------------------------------------------------------------

  private get range(): HTMLInputElement | null {
    return part<HTMLInputElement>(this.element, "[data-explore-day]");
  }

  private bindTime(): void {
    const range = this.range;
    if (!range) return;
    const at = this.atField?.value ?? "";
    const last = daysBetween(range.dataset["first"] ?? "", range.dataset["last"] ?? "");
    range.max = String(Math.max(1, last));
    this.showDay(at);
    range.addEventListener("input", (event) => {
      event.stopPropagation();
      this.stopPlaying();
      this.say(this.dayOf(range.valueAsNumber));
    });
    range.addEventListener("change", (event) => {
      event.stopPropagation();
      this.setDay(this.dayOf(range.valueAsNumber));
    });
    part(this.element, "[data-explore-play]")?.addEventListener("click", () => this.togglePlaying());
    part(this.element, "[data-explore-today]")?.addEventListener("click", () => this.setDay(""));
  }

  private get atField(): HTMLInputElement | null {
    return this.form ? part<HTMLInputElement>(this.form, "input[name=at]") : null;
  }

  /** "" on the last day: things as they stand now. */
  private dayOf(offset: number): string {
    const range = this.range;
    if (!range || offset >= Number(range.max)) return "";
    return dayAfter(range.dataset["first"] ?? "", offset);
  }

  private setDay(day: string): void {
    if (this.atField) this.atField.value = day;
    this.showDay(day);
    this.refresh();
  }

  private showDay(day: string): void {
    const range = this.range;
    if (!range) return;
    range.value = day ? String(daysBetween(range.dataset["first"] ?? "", day)) : range.max;
    this.say(day);
  }

  private say(day: string): void {
    const text = day || (this.range?.dataset["today"] ?? "");
    this.range?.setAttribute("aria-valuetext", text);
    const shown = part(this.element, "[data-explore-day-text]");
    if (shown) shown.textContent = text;
    part(this.element, "[data-explore-today]")?.toggleAttribute("hidden", !day);
  }

  private togglePlaying(): void {
    if (this.playing) {
      this.stopPlaying();
      return;
    }
    const range = this.range;
    if (!range) return;
    if (range.valueAsNumber >= Number(range.max)) this.setDay(this.dayOf(0));
    this.pressPlay(true);
    this.playing = window.setInterval(() => {
      const step = Number(part<HTMLSelectElement>(this.element, "[data-explore-step]")?.value ?? 1);
      const next = Math.min(Number(range.max), range.valueAsNumber + step);
      this.setDay(this.dayOf(next));
      if (next >= Number(range.max)) this.stopPlaying();
    }, STEP_MS);
  }

  private stopPlaying(): void {
    window.clearInterval(this.playing);
    this.playing = 0;
    this.pressPlay(false);
  }

  private pressPlay(on: boolean): void {
    const button = part(this.element, "[data-explore-play]");
    button?.setAttribute("aria-pressed", String(on));
    const word = button && part(button, "[data-explore-play-word]");
    if (word) word.textContent = (on ? button?.dataset["stop"] : button?.dataset["play"]) ?? "";
  }

  // --- measuring and positions ----------------------------------------------------------------------------------------

  private bindMeasuring(): void {
    this.element.querySelectorAll<HTMLButtonElement>("[data-explore-measure]").forEach((button) => {
      button.addEventListener("click", () => {
        const mode = button.dataset["exploreMeasure"] as Mode;
        if (button.getAttribute("aria-pressed") === "true") this.measuring?.stop();
        else this.measuring?.start(mode);
      });
    });
    part(this.element, "[data-measure-undo]")?.addEventListener("click", () => this.measuring?.undo());
    part(this.element, "[data-measure-stop]")?.addEventListener("click", () => this.measuring?.stop());
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.measuring?.stop();
    });
  }

  private showMeasure(mode: Mode | null, figure: string | null, count: number): void {
    this.element.querySelectorAll<HTMLButtonElement>("[data-explore-measure]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset["exploreMeasure"] === mode));
    });
    const bar = part(this.element, "[data-measure-bar]");
    const text = part(this.element, "[data-measure-text]");
    if (!bar || !text) return;
    bar.hidden = mode === null;
    const hint = count === 0 ? bar.dataset["start"] : bar.dataset["next"];
    text.textContent = figure === null ? (bar.dataset["outside"] ?? "") : figure || (hint ?? "");
  }

  private bindPosition(): void {
    const form = part<HTMLFormElement>(this.element, "form[data-explore-position]");
    form?.addEventListener("change", (event) => event.stopPropagation());
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = part<HTMLInputElement>(form, "input");
      const shown = part(form, "output");
      if (!field || !shown) return;
      const read = readPosition(field.value);
      field.setAttribute("aria-invalid", String("problem" in read));
      if ("problem" in read) {
        shown.textContent = form.dataset[read.problem] ?? "";
        return;
      }
      const { lon, lat } = read.position;
      shown.textContent = [positionText(lon, lat), dmsText(lon, lat), metresText(lon, lat)].join("\n");
      const copy = part(form, "[data-copy-text]") ?? form;
      copy.dataset["copyText"] = positionPlain(lon, lat);
      this.map?.mark(lon, lat);
      this.map?.goTo(lon, lat);
    });
  }
}
