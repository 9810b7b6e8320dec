// <a data-onward href>: what the page was waiting for is there, so it leads on by itself.

const LOOK = 900;

/** After a moment in which one sees that everything is done. */
export function setup(link) {
  setTimeout(() => location.assign(link.href), LOOK);
}
