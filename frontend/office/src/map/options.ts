/** What a map element says about itself in its data attributes. */
export type Bounds = [west: number, south: number, east: number, north: number];

export interface Words {
  readonly open: string;
  readonly lead: Readonly<Record<string, string>>;
  readonly case: Readonly<Record<string, string>>;
  readonly category: Readonly<Record<string, string>>;
  readonly kind: Readonly<Record<string, string>>;
}

export interface MapOptions {
  /** Address of the vector tiles with {z}, {x}, {y}; empty: none. */
  readonly tiles: string;
  /** Address of a GeoJSON of areas (`kind`, `name`, `synthetic`); empty: none. */
  readonly areas: string;
  readonly bounds: Bounds | null;
  /** Address of a matter with {id}. */
  readonly leadUrl: string;
  readonly caseUrl: string;
  /** Id of a script element with a GeoJSON to show; empty: none. */
  readonly features: string;
  /** Address of a GeoJSON of one matter to show among the others; empty: none. */
  readonly focus: string;
  /** Query string of the tiles; empty: everything in scope. */
  readonly query: string;
  readonly words: Words;
}

const NO_WORDS: Words = { open: "", lead: {}, case: {}, category: {}, kind: {} };

/** "113.9,37.4,114.6,37.8" → bounds; anything else → null. */
export function parseBounds(text: string | undefined): Bounds | null {
  const numbers = (text ?? "").split(",").map(Number);
  const [west, south, east, north] = numbers;
  if (numbers.length !== 4 || numbers.some((n) => !Number.isFinite(n))) return null;
  if (west === undefined || south === undefined || east === undefined || north === undefined) return null;
  return west < east && south < north ? [west, south, east, north] : null;
}

export function readOptions(element: HTMLElement): MapOptions {
  const data = element.dataset;
  return {
    tiles: data["tiles"] ?? "",
    areas: data["areas"] ?? "",
    bounds: parseBounds(data["bbox"]),
    leadUrl: data["leadUrl"] ?? "",
    caseUrl: data["caseUrl"] ?? "",
    features: data["features"] ?? "",
    focus: data["focus"] ?? "",
    query: data["query"] ?? "",
    words: data["words"] ? { ...NO_WORDS, ...(JSON.parse(data["words"]) as Partial<Words>) } : NO_WORDS,
  };
}
