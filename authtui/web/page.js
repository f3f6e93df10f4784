"use strict";
// What is shown is data, and an address in it must not become a way out of this page.
window.open = () => null;

// Keys go to the screen from the start, and again when the tab comes back.
const takeKeys = () => document.querySelector(".xterm-helper-textarea")?.focus();
window.addEventListener("focus", takeKeys);

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("again").addEventListener("click", () => window.location.reload());
  const drawn = new MutationObserver(() => {
    if (!document.body.classList.contains("-first-byte")) return;
    drawn.disconnect();
    takeKeys();
  });
  drawn.observe(document.body, { attributeFilter: ["class"] });
});
