// A link to something inside a folded part opens it; paper shows everything.
const unfold = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  if (target) target.scrollIntoView();
};
addEventListener("hashchange", unfold);
addEventListener("DOMContentLoaded", unfold);
const folded = new Set();
addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((part) => {
  folded.add(part);
  part.open = true;
}));
addEventListener("afterprint", () => {
  folded.forEach((part) => { part.open = false; });
  folded.clear();
});
