/** The view of the map in the address bar: filters, as-of day, hidden layers, place and zoom. */

/** Filters that the server reads; the rest of the address is the browser's own. */
export const SERVER_NAMES = ["leads", "cases", "category", "unit", "channel", "since", "until", "at", "unfinished"] as const;
const OWN_NAMES = ["off", "images", "pos", "swipe"] as const;

/** What a list of check boxes says: "" for all, "none" for none, else the chosen ones. */
export function listValue(boxes: readonly { readonly value: string; readonly checked: boolean }[]): string {
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
  if (chosen.length === boxes.length) return "";
  return chosen.length === 0 ? "none" : chosen.join(",");
}

/** Filters of the panel: fields by their value, lists of check boxes as one value each, nothing that is empty. */
export function readFilters(form: HTMLFormElement): URLSearchParams {
  const query = new URLSearchParams();
  const lists = new Map<string, HTMLInputElement[]>();
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement) || !field.name) continue;
    if (field instanceof HTMLInputElement && field.type === "checkbox" && field.dataset["list"] !== undefined) {
      lists.set(field.name, [...(lists.get(field.name) ?? []), field]);
    } else if (field instanceof HTMLInputElement && field.type === "checkbox") {
      if (field.checked) query.set(field.name, field.value);
    } else if (field.value) query.set(field.name, field.value);
  }
  lists.forEach((boxes, name) => {
    const value = listValue(boxes);
    if (value) query.set(name, value);
  });
  const ordered = new URLSearchParams();
  for (const name of SERVER_NAMES) {
    const value = query.get(name);
    if (value) ordered.set(name, value);
  }
  return ordered;
}

/** Address of the page with these filters; what else stands in it is kept. */
export function withFilters(search: string, filters: URLSearchParams): string {
  const query = new URLSearchParams(search);
  SERVER_NAMES.forEach((name) => query.delete(name));
  const all = new URLSearchParams([...filters, ...query]);
  return all.size > 0 ? `?${all}` : "";
}

export function withOwn(search: string, name: (typeof OWN_NAMES)[number], value: string): string {
  const query = new URLSearchParams(search);
  if (value) query.set(name, value);
  else query.delete(name);
  return query.size > 0 ? `?${query}` : "";
}

export interface Place {
  readonly lon: number;
  readonly lat: number;
  readonly zoom: number;
}

export function placeText({ lon, lat, zoom }: Place): string {
  return `${lon.toFixed(5)},${lat.toFixed(5)},${zoom.toFixed(2)}`;
}

/** "114.28000,37.65000,11.50" → place; anything else → null. */
export function readPlace(text: string | null): Place | null {
  const parts = (text ?? "").split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const [lon, lat, zoom] = parts;
  if (parts.length !== 3 || lon === undefined || lat === undefined || zoom === undefined) return null;
  if (!parts.every(Number.isFinite) || Math.abs(lon) > 180 || Math.abs(lat) > 85 || zoom < 0 || zoom > 22) return null;
  return { lon, lat, zoom };
}

/** Day number `offset` after the first; the last day of the slider is today and means: no as-of day. */
export function dayAfter(first: string, offset: number): string {
  const day = new Date(`${first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + offset);
  return day.toISOString().slice(0, 10);
}

export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / 86_400_000);
}
