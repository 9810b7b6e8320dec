// <input data-six>: a code of six digits; the sixth one sends it, however it came in, once.

export function setup(input) {
  // What the server sent along was refused before.
  let sent = input.defaultValue;
  const look = () => {
    const digits = input.value.normalize("NFKC").replace(/\s/g, "");
    if (!/^\d{6}$/.test(digits) || digits === sent) return;
    sent = digits;
    input.form.requestSubmit();
  };
  input.addEventListener("input", look);
  // A phone may fill in the code before this script is there.
  look();
}
