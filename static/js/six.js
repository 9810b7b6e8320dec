// <input data-six>: a code of six digits; the sixth one sends it, however it came in, once.

export function setup(input) {
  let sent = "";
  input.addEventListener("input", () => {
    const digits = input.value.normalize("NFKC").replace(/\s/g, "");
    if (!/^\d{6}$/.test(digits) || digits === sent) return;
    sent = digits;
    input.form.requestSubmit();
  });
}
