// Starts every page: loads the modules whose elements stand on it.

import "./press.js";
import "./refusals.js";

const PARTS = {
  "[data-feed-seq]": "./feed.js",
  "[data-bell]": "./bell.js",
  "[data-shots]": "./shots.js",
  "[data-voice]": "./voice.js",
  "[data-ex-start]": "./ex.js",
  "[data-stepper]": "./stepper.js",
  "[data-speak]": "./speak.js",
  "[data-compare]": "./compare.js",
  "[data-ready]": "./ready.js",
  "[data-ghost]": "./ghost.js",
  "[data-count]": "./count.js",
  "[data-scan]": "./scan.js",
  "[data-refresh]": "./refresh.js",
  "[data-zoom]": "./zoom.js",
  "[data-once]": "./once.js",
  "[data-sync]": "./sync.js",
  "[data-confirm]": "./confirm.js",
  "[data-designer]": "./designer.js",
  "[data-where]": "./where.js",
  "[data-report]": "./report.js",
  "[data-thread]": "./chat.js",
  "[data-compose]": "./chat.js",
  "[data-calm]": "./calm.js",
  "[data-copy]": "./copy.js",
  "[data-push]": "./push.js",
  "[data-learn]": "./learn.js",
  "[data-paper]": "./paper.js",
  "[data-paper-left]": "./paper.js",
  "[data-upload]": "./upload.js",
  "[data-areas]": "./areas.js",
  "[data-spot]": "./spot.js",
  "[data-saq]": "./saq.js",
  "[data-keep]": "./keep.js",
  "[data-sign]": "./sign.js",
  "[data-gate]": "./gate.js",
  "[data-print]": "./print.js",
  "[data-onward]": "./onward.js",
  "[data-guide]": "./guide.js",
  "[data-slug]": "./slug.js",
  "[data-six]": "./six.js",
  "[data-help]": "./help.js",
  "[data-tablet]": "./tablet.js",
  "[data-keys]": "./keys.js",
  "[data-lec]": "./lec.js",
  "[data-outline]": "./outline.js",
};
const started = new Map(Object.keys(PARTS).map((selector) => [selector, new WeakSet()]));

function start(root) {
  for (const [selector, file] of Object.entries(PARTS)) {
    const found = [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    const fresh = found.filter((element) => !started.get(selector).has(element));
    fresh.forEach((element) => started.get(selector).add(element));
    if (fresh.length) import(file).then(({ setup }) => fresh.forEach(setup));
  }
}

start(document.body);
document.body.addEventListener("htmx:load", (event) => event.target !== document.body && start(event.target));
