// Keys, and what must not move while someone reads. Everything else is htmx; pages work without this file.
"use strict";
(() => {
  const items = () => [...document.querySelectorAll(".card h2 a, .report h3")];
  const title = document.title;
  const SPOKEN_EVERY = 20000; // milliseconds between two announcements to a screen reader
  let spokenAt = 0;

  const current = () => items().findIndex((item) => item.closest("li") === document.activeElement?.closest("li"));

  function move(step) {
    const all = items();
    if (!all.length) return;
    const next = all[Math.min(all.length - 1, Math.max(0, current() + step))];
    const target = next.matches("a") ? next : next.querySelector("a") ?? next;
    if (!target.matches("a")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    next.closest("li").scrollIntoView({ block: "nearest" });
  }

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    s: () => document.getElementById("show")?.click(),
    u: () => (location.pathname === "/" ? null : location.assign("/")),
    w: () => document.activeElement?.closest("li")?.querySelector(".why > summary")?.click(),
    "/": () => (document.getElementById("q") ?? document.getElementById("other"))?.focus(),
    "?": () => document.getElementById("help").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, select, textarea, dialog[open]")) {
      if (event.key === "Escape" && event.target.matches("#q")) event.target.blur();
      return;
    }
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  document.getElementById("help-button")?.addEventListener("click", keys["?"]);

  // What changed is said in the title, on the cards, and now and then to a screen reader. Nothing moves.
  function announce() {
    const show = document.getElementById("show");
    const number = Number(show?.dataset.number ?? 0);
    document.title = number ? `(${number}) ${title}` : title;
    const changed = new Set((show?.dataset.changed ?? "").split(" "));
    for (const card of document.querySelectorAll(".card")) {
      card.classList.toggle("is-changed", changed.has(card.id.slice("story-".length)));
    }
    if (show && Date.now() - spokenAt > SPOKEN_EVERY) {
      spokenAt = Date.now();
      document.getElementById("spoken").textContent = show.textContent;
    }
  }
  document.addEventListener("htmx:sseMessage", announce);

  // A swap keeps the place: the focused story stays focused, and the scroll position stays where it was.
  let focused = "";
  let top = 0;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!["stories", "story"].includes(event.detail.target.id)) return;
    focused = document.activeElement?.closest("li")?.id ?? "";
    top = window.scrollY;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    announce();
    if (!["stories", "story"].includes(event.detail.target?.id)) return;
    document.getElementById(focused)?.querySelector("a")?.focus({ preventScroll: true });
    window.scrollTo({ top, behavior: "instant" });
  });
})();
