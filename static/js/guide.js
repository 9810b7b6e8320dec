// A guide film (templates/parts/_guide.html): the tap that opens it starts it too; only one of them plays.

export function setup(box) {
  const video = box.querySelector("video");
  box.querySelector("summary").addEventListener("click", () => {
    if (box.open) return video.pause();
    for (const other of document.querySelectorAll("details[data-guide][open]")) other.querySelector("video").pause();
    setTimeout(() => video.play().catch(() => null)); // once it is open
  });
}
