/**
 * Asks before what cannot be undone. A form or its button carries the question in `data-confirm`; HTMX elements in
 * `hx-confirm`. The answer is given in the page's own `<dialog id="confirm">`.
 */
import { part } from "./dom";

/** Shows the question; resolves to true only when it was affirmed. */
export function ask(question: string): Promise<boolean> {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(window.confirm(question));
  const text = part(dialog, "[data-confirm-text]");
  if (text) text.textContent = question;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

interface HtmxConfirm {
  question: string | null;
  issueRequest: (skip: boolean) => void;
}

export function installConfirm(root: Document): void {
  const affirmed = new WeakSet<HTMLFormElement>();
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    const button = event.submitter;
    const question = button?.dataset["confirm"] ?? form.dataset["confirm"];
    if (!question || affirmed.delete(form)) return;
    event.preventDefault();
    void ask(question).then((yes) => {
      if (!yes) return;
      affirmed.add(form);
      form.requestSubmit(button);
    });
  });
  root.addEventListener("htmx:confirm", (event) => {
    const { question, issueRequest } = (event as CustomEvent<HtmxConfirm>).detail;
    if (!question) return;
    event.preventDefault();
    void ask(question).then((yes) => yes && issueRequest(true));
  });
}
