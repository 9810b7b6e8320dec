// <form data-confirm="Sentence?">: asks before it is sent.

export function setup(form) {
  form.addEventListener("submit", (event) => {
    if (!confirm(form.dataset.confirm)) event.preventDefault();
  }, { capture: true });
}
