/** A form is sent once: its buttons rest until the answer comes or the page is shown again. */
export function installSendOnce(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset["sent"] !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "";
  });
  window.addEventListener("pageshow", () => {
    root.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => delete form.dataset["sent"]);
  });
}
