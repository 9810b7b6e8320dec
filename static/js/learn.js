// <form data-learn="address" data-left="seconds">: says every so often that its lesson is open and looked at.
//
// The server counts; here only its answer is shown. A page in the background says nothing, and a pause of more than
// forty seconds counts nothing.

const BEAT = 15_000;

export function setup(form) {
  const button = form.querySelector("[data-learn-button]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let left = Number(form.dataset.left);
  const show = () => {
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.wait.replace("#", Math.ceil(left / 60)) : button.dataset.go;
  };
  const beat = async () => {
    if (document.hidden) return;
    const answer = await fetch(form.dataset.learn, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    left = (await answer.json()).left;
    show();
  };
  show();
  beat();
  setInterval(beat, BEAT);
  document.addEventListener("visibilitychange", beat);
}
