// <form data-paper="address">: notes that the page of a paper was left for another one. Nothing comes of it but the note.

export function setup(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    fetch(form.dataset.paper, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => null);
  });
}
