// <a data-bell="3">: the number of unread messages, also on the icon of the app where the system shows one.

export function setup(bell) {
  const count = Number(bell.dataset.bell);
  if (!("setAppBadge" in navigator)) return;
  (count ? navigator.setAppBadge(count) : navigator.clearAppBadge()).catch(() => null);
}
