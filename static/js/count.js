// <time data-count datetime="…">: keeps "5 h 12 min left" true while the page is open. Looks like |left and |pressure.

import { icon, say } from "./words.js";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const shown = new Set();

export function setup(time) {
  shown.add(time);
  tick(time);
}

function tick(time) {
  if (!time.isConnected) return shown.delete(time);
  const left = new Date(time.dateTime) - Date.now();
  const how = left < 0 ? "late" : left <= 12 * HOUR ? "soon" : "";
  time.className = { late: "count late", soon: "state inv", "": "count" }[how];
  time.replaceChildren(icon({ late: "alert-octagon", soon: "alarm", "": "clock" }[how]), ` ${say(left < 0 ? "late" : "left", { time: span(Math.abs(left)) })}`);
}

function span(time) {
  const d = Math.floor(time / DAY), h = Math.floor(time % DAY / HOUR), m = Math.floor(time % HOUR / MINUTE);
  if (d) return say(h ? "days" : "day", { d, h });
  if (h) return say(m ? "hours" : "hour", { h, m });
  return say("minutes", { m });
}

setInterval(() => shown.forEach(tick), 20_000);
document.addEventListener("visibilitychange", () => document.hidden || shown.forEach(tick));
