import { Controller } from "../lib/registry";
import { part } from "../lib/dom";

export type Level = "success" | "warning" | "error";
const STAY_MS = 6000;

/** Shows a short message over the page; the markup comes from the page's templates. */
export function toast(level: Level, text: string): HTMLElement | null {
  const holder = document.getElementById("toasts");
  const pattern = document.getElementById(`toast-${level}`);
  if (!holder || !(pattern instanceof HTMLTemplateElement)) return null;
  const made = pattern.content.firstElementChild?.cloneNode(true);
  if (!(made instanceof HTMLElement)) return null;
  const body = part(made, ".qs-toast__text");
  if (body) body.textContent = text;
  holder.append(made);
  return made;
}

/** One message: can be closed; goes by itself unless it is a refusal or the pointer rests on it. */
export class ToastController extends Controller {
  private timer = 0;

  connect(): void {
    const close = part<HTMLButtonElement>(this.element, "[data-toast-close]");
    if (close) {
      close.hidden = false;
      close.addEventListener("click", () => this.element.remove());
    }
    if (this.element.classList.contains("qs-toast--error")) return;
    this.element.addEventListener("pointerenter", () => window.clearTimeout(this.timer));
    this.element.addEventListener("pointerleave", () => this.wait());
    this.wait();
  }

  protected override released(): void {
    window.clearTimeout(this.timer);
  }

  private wait(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.element.remove(), STAY_MS);
  }
}

function isLevel(value: unknown): value is Level {
  return value === "success" || value === "warning" || value === "error";
}

/** Messages sent by the server with an HTMX answer, and faults of the connection. */
export function listenForToasts(root: Document): void {
  root.addEventListener("toast", (event) => {
    const detail = (event as CustomEvent<{ level?: unknown; text?: unknown }>).detail;
    toast(isLevel(detail.level) ? detail.level : "success", String(detail.text ?? ""));
  });
  const say = (words: "fault" | "offline"): void => {
    const text = document.getElementById("toasts")?.dataset[words];
    if (text) toast("error", text);
  };
  root.addEventListener("htmx:responseError", () => say("fault"));
  root.addEventListener("htmx:sendError", () => say("offline"));
}
