/** Which two pictures are compared. */

/** "a,b" of the address → two different pictures that exist; else the earliest and the latest by date. */
export function pairOf<P extends { readonly id: string }>(text: string | null, pictures: readonly P[]): [P, P] | null {
  const [newest, oldest] = [pictures[0], pictures.at(-1)];
  if (!newest || !oldest || newest === oldest) return null;
  const [left, right] = (text ?? "").split(",").map((id) => pictures.find((one) => one.id === id));
  return left && right && left !== right ? [left, right] : [oldest, newest];
}
