// Before anything is drawn: with scripts the page looks different, and what is drawn once stays where it is.

document.documentElement.classList.add("js");
