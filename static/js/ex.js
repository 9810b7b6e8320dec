// <section data-ex-start="address"> of a check where explosions threaten: what is chosen begins the check at once, so that
// its true beginning is known. Without signal the choice goes along with the answers.

export function setup(section) {
  section.addEventListener("change", (event) => {
    if (event.target.name !== "ex") return;
    const body = new FormData();
    body.set("ex", event.target.value);
    body.set("csrfmiddlewaretoken", section.closest("form").elements.csrfmiddlewaretoken.value);
    fetch(section.dataset.exStart, { method: "POST", body, redirect: "manual" }).catch(() => null);
  });
}
