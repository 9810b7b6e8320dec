// <p data-help><button name="help" value="17" formaction="…">: calls the buddy for this step while the check stays as it is.

import { onRelease } from "./press.js";
import { refuse } from "./refusals.js";
import { icon, make, say } from "./words.js";

export function setup(place) {
  const button = place.querySelector("button");
  if (!button) return;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const sent = new URLSearchParams({ help: button.value });
    const headers = { Accept: "application/json", "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
    try {
      const answer = await fetch(button.formAction, { method: "POST", body: sent, headers });
      const { said, error } = await answer.json();
      if (!answer.ok) throw new Error(error);
      onRelease(() => place.replaceChildren(make("span", { class: "note ok", role: "status" }, icon("circle-check"), make("span", {}, said))));
    } catch (error) {
      button.disabled = false;
      refuse(error instanceof SyntaxError || error instanceof TypeError ? say("noAnswer") : error.message);
    }
  });
}
