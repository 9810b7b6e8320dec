// A thread: <div data-thread> stays at its end, also where it grows with the page; data-thread="end": the page
// begins there. <form data-compose data-names='[{name, where}]'> offers the
// members as soon as somebody types @; where the group has ended meanwhile, what stands in it is kept to be copied. Everything else is the form's and htmx's.

import { icon, make, say } from "./words.js";

const NEAR = 80;
const isDesk = matchMedia("(pointer: fine)");
const called = /[@＠]([^\s@＠]{0,20})$/;

/** <div data-thread> */
export function setup(thread) {
  if (thread.matches("form")) return compose(thread);
  let wasAtEnd = true;
  // Where the thread does not scroll by itself, the page does.
  const isFree = () => thread.scrollHeight <= thread.clientHeight;
  const last = () => thread.querySelector("#last").getBoundingClientRect().bottom;
  const isAtEnd = () => (isFree() ? last() < innerHeight + NEAR : thread.scrollHeight - thread.scrollTop - thread.clientHeight < NEAR);
  const end = () => (isFree() ? thread.querySelector("#last").scrollIntoView({ block: "end" }) : thread.scrollTo(0, thread.scrollHeight));
  thread.addEventListener("htmx:beforeSwap", () => { wasAtEnd = isAtEnd(); });
  thread.addEventListener("htmx:afterSwap", () => wasAtEnd && end());
  thread.addEventListener("load", () => wasAtEnd && !isFree() && end(), { capture: true }); // a photo that has got its height
  thread.addEventListener("scroll", () => { wasAtEnd = isAtEnd(); });
  if (!isFree() || (thread.dataset.thread === "end" && !location.hash)) end();
}

function compose(form) {
  const text = form.elements.text, menu = make("ul", { class: "at-menu", role: "listbox" });
  const people = JSON.parse(form.dataset.names);
  const close = () => { menu.hidden = true; text.removeAttribute("aria-activedescendant"); };
  const chosen = () => menu.querySelector("[aria-selected=true]");
  const show = () => offer(menu, people, called.exec(before(text)), text, close);
  form.prepend(menu);
  close();
  grow(text);
  text.addEventListener("input", () => { grow(text); show(); });
  text.addEventListener("blur", () => setTimeout(close, 200));
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (!menu.hidden && steer(event, menu, chosen, close)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey && isDesk.matches) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".btn-primary"));
    }
  });
  form.querySelector("[data-at]").addEventListener("click", () => {
    put(text, /(^|\s)$/.test(before(text)) ? "@" : " @", 0);
    text.focus();
    show();
  });
  form.addEventListener("htmx:beforeRequest", () => { form.sent = text.value; });
  form.addEventListener("htmx:oobBeforeSwap", (event) => leave(event, form, text));
  // The form that comes after a post takes the place of the one that somebody was typing in.
  if (form.hasAttribute("hx-swap-oob") && isDesk.matches) text.focus();
}

/** Something else comes instead of the form: nothing more is said here, and what was not sent yet does not vanish. */
function leave(event, form, text) {
  const said = [...event.detail.fragment.childNodes].find((node) => node.nodeType === Node.ELEMENT_NODE);
  const shots = form.querySelectorAll(".shot");
  // What was typed while the post was under way goes on in the next form.
  if (said?.matches("form") && text.value !== form.sent) said.elements.text.value = text.value;
  if (said?.matches("form") || (!text.value.trim() && !shots.length)) return;
  event.detail.shouldSwap = false;
  said.removeAttribute("id"); // the form keeps it
  text.readOnly = true;
  form.classList.add("stack-s");
  form.replaceChildren(said, make("p", { class: "t-14" }, icon("info-circle"), " ", say("notSaid")), ...shots, ...(text.value.trim() ? [text] : []));
}

function before(text) {
  return text.value.slice(0, text.selectionStart);
}

function put(text, words, less) {
  text.setRangeText(words, text.selectionStart - less, text.selectionStart, "end");
  grow(text);
}

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
}

function offer(menu, people, typed, text, close) {
  const word = typed?.[1].toLowerCase();
  const fitting = typed ? people.filter(({ name }) => name.toLowerCase().includes(word)) : [];
  menu.replaceChildren(...fitting.slice(0, 8).map((person, index) => {
    const row = make("li", { role: "option", id: `at-${index}`, "aria-selected": String(index === 0) }, person.name, make("span", { class: "t-13 t-3" }, person.where));
    row.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps its focus
    row.addEventListener("click", () => { put(text, `@${person.name} `, typed[0].length); close(); });
    return row;
  }));
  menu.hidden = !fitting.length;
}

/** Whether the key was for the menu. */
function steer(event, menu, chosen, close) {
  const rows = [...menu.children], at = rows.indexOf(chosen());
  if (event.key === "Escape") close();
  else if (event.key === "Enter" || event.key === "Tab") chosen().click();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const next = rows.at((at + (event.key === "ArrowDown" ? 1 : -1)) % rows.length);
    rows.forEach((row) => row.setAttribute("aria-selected", String(row === next)));
    next.scrollIntoView({ block: "nearest" });
  } else return false;
  return true;
}
