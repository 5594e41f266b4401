/** Before and after (前后对比): two pictures over the same ground, a line between them that can be moved. */
import { part } from "../lib/dom";
import { withOwn } from "./address";
import type { OfficeMap } from "./office-map";
import type { PictureLayer } from "./style";
import { pairOf } from "./swipe-pair";

/** Gives the page's swipe controls their behaviour; returns how to end it. `restore` shows the `ticked` layers again. */
export function bindSwipe(
  root: HTMLElement,
  map: OfficeMap,
  pictures: readonly PictureLayer[],
  restore: () => void,
  ticked: () => readonly string[],
  setAddress: (search: string) => void,
): () => void {
  const [bar, over, open] = ["[data-swipe-bar]", "[data-swipe-map]", "[data-swipe-open]"].map((s) => part(root, s));
  const [left, right] = ["[data-swipe-left]", "[data-swipe-right]"].map((s) => part<HTMLSelectElement>(root, s));
  const at = part<HTMLInputElement>(root, "[data-swipe-at]");
  if (!bar || !over || !open || !left || !right || !at) return () => undefined;
  let upper: OfficeMap | null = null;

  const cut = (): void => {
    over.style.clipPath = `inset(0 0 0 ${at.value}%)`;
  };
  const show = (): void => {
    const find = (id: string): PictureLayer[] => pictures.filter((one) => one.id === id);
    map.showPictures(find(left.value));
    upper?.showPictures(find(right.value));
    setAddress(withOwn(window.location.search, "swipe", `${left.value},${right.value}`));
  };
  const start = (): void => {
    const pair = pairOf(new URLSearchParams(window.location.search).get("swipe"), pictures, ticked());
    if (!pair || upper) return;
    [left.value, right.value] = [pair[0].id, pair[1].id];
    bar.hidden = false;
    open.setAttribute("aria-pressed", "true");
    upper = map.openHalf(over);
    show();
    cut();
  };
  const stop = (): void => {
    map.closeHalf();
    upper = null;
    over.replaceChildren();
    bar.hidden = over.hidden = true;
    open.setAttribute("aria-pressed", "false");
    setAddress(withOwn(window.location.search, "swipe", ""));
    restore();
  };
  at.addEventListener("input", cut);
  for (const field of [left, right, at]) field.addEventListener("change", (event) => event.stopPropagation());
  for (const field of [left, right]) field.addEventListener("change", show);
  open.addEventListener("click", () => (upper ? stop() : start()));
  part(bar, "[data-swipe-close]")?.addEventListener("click", stop);
  if (new URLSearchParams(window.location.search).has("swipe")) start();
  return () => map.closeHalf();
}
