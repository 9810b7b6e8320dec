// The sentences scripts say come with the page, in the reader's language: templates/parts/_words.html.

const words = document.getElementById("words").dataset;

/** The sentence with its %(name)s places filled. */
export function say(name, values = {}) {
  return (words[name] ?? "").replace(/%\((\w+)\)[sd]/g, (_all, key) => values[key]);
}

/** An icon of the sprite that the page itself names. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${words.icons}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** An element with attributes and children, so that no text ever becomes markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
