/**
 * Binds behaviour to markup: an element with `data-controller="copy menu"` gets an instance of each named controller
 * when it enters the document (also by HTMX) and loses it when it leaves.
 */
export abstract class Controller<E extends HTMLElement = HTMLElement> {
  private readonly life = new AbortController();

  constructor(readonly element: E) {}

  /** Aborted when the element leaves the document; pass it to every listener outside the element. */
  protected get signal(): AbortSignal {
    return this.life.signal;
  }

  abstract connect(): void;

  /** Override to give back what `signal` does not end. */
  protected released(): void {}

  disconnect(): void {
    this.life.abort();
    this.released();
  }
}

// Each controller asks for its own kind of element; the markup promises it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ControllerClass = new (element: any) => Controller;

export class Registry {
  private readonly bound = new WeakMap<Element, Map<string, Controller>>();
  private observer: MutationObserver | null = null;

  constructor(private readonly kinds: Readonly<Record<string, ControllerClass>>) {}

  start(root: Document | HTMLElement): void {
    this.scan(root);
    this.observer = new MutationObserver((records) => {
      for (const record of records) {
        record.removedNodes.forEach((node) => this.each(node, (element) => this.unbind(element)));
        record.addedNodes.forEach((node) => this.each(node, (element) => this.bind(element)));
      }
    });
    this.observer.observe(root, { childList: true, subtree: true });
  }

  stop(): void {
    this.observer?.disconnect();
  }

  scan(root: Document | HTMLElement): void {
    this.each(root, (element) => this.bind(element));
  }

  private each(node: Node, act: (element: HTMLElement) => void): void {
    if (node instanceof HTMLElement && node.dataset["controller"]) act(node);
    if ("querySelectorAll" in node) (node as ParentNode).querySelectorAll<HTMLElement>("[data-controller]").forEach(act);
  }

  private bind(element: HTMLElement): void {
    if (!element.isConnected) return;
    const here = this.bound.get(element) ?? new Map<string, Controller>();
    for (const name of (element.dataset["controller"] ?? "").split(/\s+/).filter(Boolean)) {
      const kind = this.kinds[name];
      if (here.has(name)) continue;
      // A fault of one element is told, and the others get their behaviour all the same.
      try {
        if (!kind) throw new Error(`no controller is named "${name}"`);
        const controller = new kind(element);
        here.set(name, controller);
        controller.connect();
      } catch (fault) {
        reportError(fault);
      }
    }
    this.bound.set(element, here);
  }

  private unbind(element: HTMLElement): void {
    if (element.isConnected) return;
    this.bound.get(element)?.forEach((controller) => controller.disconnect());
    this.bound.delete(element);
  }
}
