// <button data-copy="text"><span data-copy-word>: puts the text where it can be pasted from, and says so.

import { say } from "./words.js";

export function setup(button) {
  const word = button.querySelector("[data-copy-word]"), usual = word.textContent;
  button.addEventListener("click", async () => {
    const field = button.parentElement.querySelector("input") ?? button.closest(".field").querySelector("textarea");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      field.select(); // no secure page: the old way
      document.execCommand("copy");
    }
    word.textContent = say("copied");
    setTimeout(() => { word.textContent = usual; }, 2500);
  });
}
