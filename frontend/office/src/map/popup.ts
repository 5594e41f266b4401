/** Content of the little window over a clicked matter. Texts are set as text, never as markup. */
import { element } from "../lib/dom";
import type { Words } from "./options";

export interface Matter {
  readonly kind: "lead" | "case";
  readonly id: string;
  readonly number: string;
  readonly title: string;
  readonly state: string;
  readonly category: string;
}

export function readMatter(layer: string, properties: Readonly<Record<string, unknown>>): Matter {
  const read = (name: string): string => String(properties[name] ?? "");
  return {
    kind: layer.startsWith("case") ? "case" : "lead",
    id: read("id"),
    number: read("number"),
    title: read("title"),
    state: read("state"),
    category: read("category"),
  };
}

/** Address of a matter from a pattern with {id}; empty pattern: none. */
export function addressOf(pattern: string, id: string): string {
  return pattern && id ? pattern.replace("{id}", encodeURIComponent(id)) : "";
}

export function popupContent(matter: Matter, words: Words, address: string): HTMLElement {
  const box = element("div", "qs-popup");
  box.append(element("b", "", matter.number || matter.title));
  if (matter.number && matter.title) box.append(element("span", "", matter.title));
  const line = element("span", "qs-row");
  if (matter.category) {
    const name = words.category[matter.category] ?? matter.category;
    line.append(element("span", `qs-category qs-category--${matter.category}`, name));
  }
  const kind = words.kind[matter.kind] ?? "";
  const state = words[matter.kind][matter.state] ?? matter.state;
  line.append(element("span", "qs-mute", [kind, state].filter(Boolean).join(" · ")));
  box.append(line);
  if (address) {
    const link = element("a", "", words.open);
    link.href = address;
    box.append(link);
  }
  return box;
}
