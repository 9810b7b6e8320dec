// <input data-six>: a code of six digits; the sixth one sends it, however it came in, once.

export function setup(input) {
  // What came with the page was refused before.
  let sent = digits(input.defaultValue);
  const look = () => {
    const code = digits(input.value);
    if (!/^\d{6}$/.test(code) || code === sent) return;
    sent = code;
    input.form.requestSubmit();
  };
  input.addEventListener("input", look);
  // A phone may fill in the code before this script is there; what a browser restores on the way back was sent before.
  if (performance.getEntriesByType("navigation")[0].type === "navigate") look();
}

function digits(value) {
  return value.normalize("NFKC").replace(/\s/g, "");
}
