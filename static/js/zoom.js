// <a data-zoom href="picture"><img></a>: the picture in full size, in a dialog that Escape closes.

import { icon, make, say } from "./words.js";

export function setup(link) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
  });
}

function show(link) {
  const close = make("button", { class: "btn btn-line", type: "button", "aria-label": say("close") }, icon("x"));
  const dialog = make("dialog", { class: "zoom" }, make("img", { src: link.href, alt: link.querySelector("img")?.alt ?? "" }), close);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}
