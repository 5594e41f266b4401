import { Controller } from "../lib/registry";
import { part } from "../lib/dom";

export type Theme = "light" | "dark";

export function currentTheme(): Theme {
  return document.documentElement.dataset["bsTheme"] === "dark" ? "dark" : "light";
}

/** Sets the theme and keeps it on this device for a year; tells whoever draws by themselves (maps). */
export function setTheme(theme: Theme): void {
  document.documentElement.dataset["bsTheme"] = theme;
  document.cookie = `qs_theme=${theme}; path=/; max-age=31536000; SameSite=Lax`;
  document.dispatchEvent(new CustomEvent("qs:theme", { detail: theme }));
}

/** Takes the system's wish when nothing was chosen on this device yet. */
export function followSystemOnce(): void {
  const chosen = /(^|; )qs_theme=/.test(document.cookie);
  if (!chosen && window.matchMedia("(prefers-color-scheme: dark)").matches) setTheme("dark");
}

/** Button between light and dark (深色 / 浅色). */
export class ThemeController extends Controller<HTMLButtonElement> {
  connect(): void {
    this.element.hidden = false;
    this.show();
    this.element.addEventListener("click", () => setTheme(currentTheme() === "dark" ? "light" : "dark"));
    document.addEventListener("qs:theme", () => this.show(), { signal: this.signal });
  }

  private show(): void {
    const theme = currentTheme();
    for (const name of ["light", "dark"]) {
      const label = part(this.element, `[data-theme-to="${name}"]`);
      if (label) label.hidden = name === theme;
    }
  }
}
