// <button data-print>: prints the page.

export function setup(button) {
  button.addEventListener("click", () => print());
}
