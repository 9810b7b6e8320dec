// <button data-speak="#id of the text">: reads it aloud. Hidden where the browser cannot speak.

export function setup(button) {
  button.hidden = !("speechSynthesis" in window);
  button.addEventListener("click", () => speak(document.querySelector(button.dataset.speak)?.innerText));
}

export function speak(text) {
  speechSynthesis.cancel();
  if (!text) return;
  const words = new SpeechSynthesisUtterance(text);
  words.lang = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-US";
  words.rate = 0.9;
  speechSynthesis.speak(words);
}

addEventListener("pagehide", () => window.speechSynthesis?.cancel());
