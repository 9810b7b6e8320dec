// <div data-slug="address">: offers a short name while the factory's name is typed, and says why a typed one cannot be had.
// What somebody typed there stays, whenever an answer comes.

const PAUSE = 300;

export function setup(box) {
  const input = box.querySelector("input"), note = box.querySelector("[data-slug-fault]"), name = document.getElementById("id_name");
  let made = "", asked = 0, timer;
  const isTyped = () => Boolean(input.value) && input.value !== made;

  async function ask() {
    const number = ++asked, wish = isTyped() ? input.value : "";
    const query = new URLSearchParams({ name: name.value, slug: wish });
    const answer = await fetch(`${box.dataset.slug}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected || number !== asked) return;
    const { slug, fault } = await answer.json();
    if (!wish && isTyped()) return;
    if (!wish) input.value = made = slug;
    note.hidden = !fault;
    note.lastElementChild.textContent = fault;
    input.classList.toggle("is-invalid", Boolean(fault));
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  name.addEventListener("input", soon);
  input.addEventListener("input", () => input.value && soon());
  // Who types fast has written the name before this script is there.
  if (name.value && !input.value) soon();
}
