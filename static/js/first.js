// Before anything is drawn: with scripts the page looks different, and what is drawn once stays where it is.

document.documentElement.classList.add("js");
if (navigator.mediaDevices?.getUserMedia) document.documentElement.classList.add("has-camera");
