/** Which two pictures are compared. */

/** "a,b" of the address → two different pictures that exist; else the earliest and the latest of the ticked ones, else of all. */
export function pairOf<P extends { readonly id: string }>(
  text: string | null,
  pictures: readonly P[],
  ticked: readonly string[] = [],
): [P, P] | null {
  const chosen = pictures.filter((one) => ticked.includes(one.id));
  const offered = chosen.length > 1 ? chosen : pictures;
  const [newest, oldest] = [offered[0], offered.at(-1)];
  if (!newest || !oldest || newest === oldest) return null;
  const [left, right] = (text ?? "").split(",").map((id) => pictures.find((one) => one.id === id));
  return left && right && left !== right ? [left, right] : [oldest, newest];
}
